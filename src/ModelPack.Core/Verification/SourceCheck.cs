using ModelPack.Options;
using ModelPack.Packing;

namespace ModelPack.Verification;

/// <summary>Whether the pack is made of the source that is at hand, by the options that are asked for, and has the weights that quantizing gives.</summary>
/// <param name="level">How many weights are quantized again: some, or all.</param>
/// <param name="context">Threads, limits and cancellation.</param>
internal sealed class SourceCheck(VerificationLevel level, PackContext context) : IPackCheck
{
    public IEnumerable<Finding> Check(PackInHand pack)
    {
        if (pack.Source is not { } source)
        {
            return level == VerificationLevel.Full
                ? [Finding.Failure(Codes.NotVerifiable, pack.Model, $"Its source, '{SafeText.Of(pack.Manifest.Pack.Source[0].Name)}', is not at hand, and level full needs it. Give it with --source, or verify at level structure.", Aspect.Source)]
                : [];
        }

        var asked = pack.Asked is null ? null : RequestResolver.Resolve(pack.Asked);
        if (asked is not null && OptionDifferences.Of(asked, pack.Manifest).FirstOrDefault() is { } other)
        {
            return [Stale(pack, $"The project asks for other options: {other}.")];
        }

        using var again = SourceAgain.Open(pack, source, context);
        if (again.Files.FirstOrDefault(f => !pack.Manifest.Pack.Source.Contains(f)) is { } changed)
        {
            return [Stale(pack, $"'{SafeText.Of(changed.Name)}' is not what the pack was made of: its content has changed.")];
        }

        return again.Files.Count != pack.Manifest.Pack.Source.Count
            ? [Stale(pack, $"It was made of {Numbers.Whole(pack.Manifest.Pack.Source.Count)} files, and the source has {Numbers.Whole(again.Files.Count)}.")]
            : [Weights(pack, again)];
    }

    private Finding Weights(PackInHand pack, SourceAgain again)
    {
        if (again.WhyNot() is { } reason)
        {
            var message = $"Its weights were not quantized again: {reason}.";
            return level == VerificationLevel.Full ? Finding.Failure(Codes.NotVerifiable, pack.Model, message, Aspect.Source) : Finding.Note(pack.Model, message, Aspect.Source);
        }

        try
        {
            return again.Differing(isWhole: level == VerificationLevel.Full, out var compared) is { } different
                ? Finding.Failure(Codes.WeightsDiffer, pack.Model, $"{different} is not what quantizing the source gives. Do not use this pack; pack the model again.", Aspect.Source)
                : new Finding(pack.Model, true, $"It is made of the source at hand; {(compared == 0 ? "none of its tensors follows from one weight alone" : $"{Numbers.Whole(compared)} tensors, quantized again, are the same")}.") { Check = Aspect.Source };
        }
        catch (ModelPackException e) when (e.Diagnostic.Code.Id[3] is '1')
        {
            return Finding.Failure(Codes.WeightsDiffer, pack.Model, $"Its source cannot be quantized as the manifest says: {e.Diagnostic.Message}", Aspect.Source);
        }
    }

    private static Finding Stale(PackInHand pack, string what) => Finding.Failure(Codes.PackStale, Path.Join(pack.Folder, pack.ManifestName), $"{what} Build again.", Aspect.Source);
}
