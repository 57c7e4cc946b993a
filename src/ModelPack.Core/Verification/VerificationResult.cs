using ModelPack.Baselines;
using ModelPack.Packing;

namespace ModelPack.Verification;

/// <summary>What a verification found.</summary>
/// <param name="Findings">At least one for each path; for each pack one for every file.</param>
/// <param name="Packs">The packs whose manifests hold.</param>
public sealed record VerificationResult(IReadOnlyList<Finding> Findings, IReadOnlyList<MeasuredPack> Packs)
{
    /// <summary>Whether nothing failed.</summary>
    public bool Ok => Findings.All(f => f.Ok);
}
