// Three bars, each beginning where the one above ends.
export function HopsIcon(props) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" {...props}>
      <path d="M3 5h7M8 12h8M14 19h7" />
    </svg>
  );
}
