// The plan as the gateway printed it, or why there is none.

export function Plan({ plan, fallback }) {
  if (!plan && !fallback) return null;
  return (
    <section className="onehop-hops-plan" aria-label="Plan">
      <h3>Plan</h3>
      {fallback && (
        <p>
          Ran on the reference executor: <code>{fallback}</code>.
        </p>
      )}
      {plan && (
        <pre>
          {plan.trimEnd().split("\n").map((line, index) => (
            <span key={index}>{line}</span>
          ))}
        </pre>
      )}
    </section>
  );
}
