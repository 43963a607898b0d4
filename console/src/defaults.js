// What a first visitor finds in the editors. Later visits restore what was typed last.

export const DEFAULT_QUERY = `# Welcome to Onehop. Run this with Ctrl-Enter:
# one question, two services, few hops.
query CoursePage {
  courses(first: 3) {
    edges {
      node {
        title
        instructor { name headline }
        lectures { title durationS }
      }
    }
  }
}
`;

// A header that only a development gateway trusts; a deployed one takes its identity from a token.
export const DEFAULT_HEADERS = JSON.stringify({ "gateway-development-identity": "u1" }, null, 2);
