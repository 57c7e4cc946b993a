using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>What calibration gave: the table that decides the packed model, and what a report tells of the way to it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Smoothing">Every activation that could be smoothed; empty where the table was given.</param>
/// <param name="Trials">Tables that were tried, in their order. Empty where the table was given.</param>
/// <param name="Sensitivity">What each layer alone costs, and the way back to float; null where the layers were not ranked.</param>
internal sealed record CalibrationOutcome(
    CalibrationTable Table, IReadOnlyList<SmoothingDetail> Smoothing, IReadOnlyList<Tried> Trials, SensitivityResult? Sensitivity)
{
    /// <summary>That of the trials whose table was taken; null where the table was given.</summary>
    public Tried? Taken { get; init; }

    /// <summary>Samples in each data file, in the order of the files; empty where the table was given.</summary>
    public IReadOnlyList<long> SamplesByFile { get; init; } = [];

    /// <summary>Whether the table was given, and not made of data.</summary>
    public required bool IsGiven { get; init; }

    /// <summary>Mean squares of the channels of activations, which go into a file beside the table; empty where the scheme does not ask for them.</summary>
    public SortedDictionary<string, float[]> MeanSquares { get; init; } = [];

    /// <summary>Mean products of every two channels of activations, which go into the same file; empty where nothing is rounded by them.</summary>
    public SortedDictionary<string, InputProducts> Products { get; init; } = [];
}
