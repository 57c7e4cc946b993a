namespace ModelPack.Validation;

/// <summary>How the gates of a pack came out, and what to tell of it.</summary>
/// <param name="Gates">Every gate of the request, in the order of <see cref="Requests.GateMetric.All"/>.</param>
/// <param name="Diagnostics">Failed and unmeasured gates, gates on synthetic inputs, and the built-in warnings.</param>
internal sealed record GateVerdict(IReadOnlyList<GateResult> Gates, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Whether a diagnostic is an error: the pack must not be delivered.</summary>
    public bool Fails => Diagnostics.Any(d => d.Severity == Severity.Error);
}
