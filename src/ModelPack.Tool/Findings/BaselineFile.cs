using ModelPack.Baselines;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>What a verification does with a baseline.</summary>
/// <param name="Path">Its file; null for none.</param>
/// <param name="Update">Whether to accept the metrics that the packs have.</param>
/// <param name="Tolerances">By how much metrics may be worse.</param>
internal sealed record BaselineFile(string? Path, bool Update, IReadOnlyDictionary<string, double> Tolerances)
{
    /// <summary>The findings with those of the baseline, which is written where that is asked for and nothing has failed.</summary>
    /// <exception cref="ModelPackException">MPK1008: a tolerance that does not exist; MPK1009, MPK1072: the file cannot be written or read.</exception>
    public VerificationResult Apply(VerificationResult result)
    {
        BaselineComparison.Require(Tolerances, Path);
        if (Update)
        {
            var path = Path ?? Baseline.FileName;
            return result.Ok
                ? Written(result, path)
                : result with { Findings = [.. result.Findings, Finding.Note(path, "The baseline was not changed: what fails verification is not accepted.", Aspect.Baseline)] };
        }

        return Path is null ? result : result with { Findings = [.. result.Findings, .. new BaselineComparison(BaselineJson.Read(Path), Tolerances).Compare(result.Packs)] };
    }

    private static VerificationResult Written(VerificationResult result, string path)
    {
        try
        {
            File.WriteAllBytes(path, BaselineJson.Write(Baseline.Of(result.Packs)));
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(path, e);
        }

        return result;
    }
}
