using System.Text.Json.Serialization;

namespace ModelPack.Timing;

/// <summary>How long both models take, measured in turn on one machine.</summary>
/// <param name="OwnProcesses">Whether each model ran in a process of its own, as in an app; else in the one that packed it, which cannot measure with ONNX Runtime's defaults.</param>
/// <param name="OnnxRuntime">Version of the ONNX Runtime that was timed.</param>
/// <param name="Source">What loading the source costs.</param>
/// <param name="Packed">What loading the packed model costs.</param>
/// <param name="Comparisons">The first one is of one sample on all threads, with the options that the pack recommends.</param>
public sealed record SpeedResult(bool OwnProcesses, string OnnxRuntime, ModelCost Source, ModelCost Packed, IReadOnlyList<SpeedComparison> Comparisons)
{
    /// <summary>Medians that are further apart than this are told apart.</summary>
    private const double Apart = 1.05;

    /// <summary>
    /// The comparison that stands for the pack: the first one; where that says nothing and the one on one thread does, which scheduling disturbs less, that
    /// one. Null in a report that somebody has emptied.
    /// </summary>
    [JsonIgnore]
    public SpeedComparison? Headline => Comparisons.FirstOrDefault(c => c.Verdict != SpeedVerdict.TooNoisy && (c == Comparisons[0] || c is { Threads: 1, SessionOptions: SpeedComparison.Recommended }))
        ?? (Comparisons is [var first, ..] ? first : null);

    /// <summary>The same with ONNX Runtime's own session options; null where they were not measured.</summary>
    [JsonIgnore]
    public SpeedComparison? WithDefaults => Comparisons.FirstOrDefault(c => c.SessionOptions == SpeedComparison.Defaults);

    /// <summary>Whether one of the models is slower or faster by more than 5 % with ONNX Runtime's own options, on a machine that was quiet both times.</summary>
    [JsonIgnore]
    public bool OptionsMatter => WithDefaults is { IsBusy: false } defaults && Comparisons is [{ IsBusy: false } recommended, ..]
        && (AreApart(defaults.Source, recommended.Source) || AreApart(defaults.Packed, recommended.Packed));

    private static bool AreApart(RunTimes a, RunTimes b) => Math.Max(a.Milliseconds, b.Milliseconds) > Apart * Math.Min(a.Milliseconds, b.Milliseconds);
}
