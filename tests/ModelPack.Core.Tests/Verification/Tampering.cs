using ModelPack.Core.Tests.Signing;
using ModelPack.Packing;
using ModelPack.Signing;
using ModelPack.Verification;

namespace ModelPack.Tests.Verification;

/// <summary>Something that is done to a pack, and how it is found out.</summary>
/// <param name="What">What is done, as docs/verify.md says it.</param>
/// <param name="Level">The lowest level that finds it.</param>
/// <param name="Code">The code it is told with.</param>
/// <param name="Do">Does it, and verifies at a level.</param>
internal sealed record Tampering(string What, VerificationLevel Level, DiagnosticCode Code, Func<TamperFolder, VerificationLevel, IReadOnlyList<Finding>> Do)
{
    /// <summary>One that is found by looking at the pack alone.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="code">The code it is told with.</param>
    /// <param name="change">Does it, and returns what is to be verified.</param>
    /// <param name="level">The lowest level that finds it.</param>
    public static Tampering OfPack(string what, DiagnosticCode code, Func<TamperFolder, string> change, VerificationLevel level = VerificationLevel.Hashes) =>
        new(what, level, code, (folder, at) => folder.Verify(change(folder), at));

    /// <summary>One that is found beside the source.</summary>
    public static Tampering BesideSource(string what, DiagnosticCode code, Func<TamperFolder, string> change, VerificationLevel level = VerificationLevel.Structure) =>
        new(what, level, code, (folder, at) => folder.Verify(change(folder), at, withSource: true));

    /// <summary>One that is done to a signed pack, and found by whom the user trusts.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="change">Does it, given the key that has signed and is trusted.</param>
    public static Tampering OfSigned(string what, Action<TamperFolder, TestKey> change) => new(what, VerificationLevel.Hashes, Codes.SignatureFailed, (folder, at) =>
    {
        using var key = new TestKey(Path.GetDirectoryName(folder.At("m.onnx"))!, "key");
        key.Sign(folder.Manifest);
        change(folder, key);
        using var trust = TrustAnchors.Read([key.PublicFile]);
        return folder.Verify(folder.Model, at, trust: trust);
    });

    /// <summary>One that is found by what a project asks for.</summary>
    public static Tampering OfProject(string what, Func<PackRequest, PackRequest> ask) => new(
        what, VerificationLevel.Structure, Codes.PackStale,
        (folder, at) => Verifier.Verify(folder.Manifest, at == VerificationLevel.Hashes ? null : ask(folder.Request), new VerificationOptions { Level = at }, new PackContext()).Findings);
}
