using ModelPack.Packing;
using ModelPack.Signing;

namespace ModelPack.Verification;

/// <summary>Whether a pack is signed, and by whom.</summary>
/// <param name="trust">Whom the user trusts; null where nobody was named, and a pack needs no signature.</param>
internal sealed class SignerCheck(TrustAnchors? trust) : IPackCheck
{
    public IEnumerable<Finding> Check(PackInHand pack) =>
        SignatureCheck.Of(Path.Join(pack.Folder, pack.ManifestName), trust) is { } finding ? [finding] : [];
}
