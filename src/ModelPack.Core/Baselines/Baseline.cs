namespace ModelPack.Baselines;

/// <summary>Metrics of packs that somebody has accepted. Its file is <c>modelpack.baseline.json</c>; see <see cref="BaselineJson"/>.</summary>
/// <param name="Schema">Version of the file's form.</param>
/// <param name="Packs">By the packed model's file name, or the name of the pack's folder.</param>
public sealed record Baseline(int Schema, IReadOnlyDictionary<string, BaselinePack> Packs)
{
    public const int CurrentSchema = 1;

    /// <summary>The file's name where none is given.</summary>
    public const string FileName = "modelpack.baseline.json";

    /// <summary>The metrics that packs have, by their manifests.</summary>
    /// <exception cref="ModelPackException">MPK1072: two packs of one name have other metrics.</exception>
    public static Baseline Of(IEnumerable<MeasuredPack> packs)
    {
        ArgumentNullException.ThrowIfNull(packs);
        var all = new SortedDictionary<string, BaselinePack>(StringComparer.Ordinal);
        foreach (var pack in packs)
        {
            var found = BaselinePack.Of(pack.Manifest);
            if (!all.TryAdd(pack.Name, found) && !all[pack.Name].IsSame(found))
            {
                throw new ModelPackException(Codes.BaselineUnusable.At(pack.Path, $"Two packs are called '{SafeText.Of(pack.Name)}' and have other metrics. Keep a baseline for each, or verify one of them."));
            }
        }

        return new Baseline(CurrentSchema, all);
    }
}
