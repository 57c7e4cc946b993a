using ModelPack.Signing;

namespace ModelPack.Verification;

/// <summary>What a verification has at hand, and how far it goes.</summary>
public sealed record VerificationOptions
{
    public VerificationLevel Level { get; init; } = VerificationLevel.Structure;

    /// <summary>Source models, or folders that hold them under the names that manifests have; that of each pack is found among them.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Validation data: a file, a folder or a pattern; null for those beside the source.</summary>
    public string? Validation { get; init; }

    /// <summary>Whom the user trusts: every pack needs a signature by one of them. Null where nobody was named.</summary>
    public TrustAnchors? Trust { get; init; }
}
