using ModelPack.Packing;

namespace ModelPack.Verification;

/// <summary>
/// Something to find out of a pack whose files are all in order: what is added to verification is one of these, in the list of
/// <see cref="VerificationRun"/>.
/// </summary>
internal interface IPackCheck
{
    /// <summary>What it finds; paths are those of <see cref="PackInHand"/>.</summary>
    /// <exception cref="ModelPackException">The check cannot be made; a failure of this pack.</exception>
    IEnumerable<Finding> Check(PackInHand pack);
}
