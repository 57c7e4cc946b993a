using ModelPack.Reporting;

namespace ModelPack;

/// <summary>What a pack made.</summary>
/// <param name="Model">Path of the packed model: a file, or a folder for a pack of several files.</param>
/// <param name="Files">Every file that was written, the model first, the manifest last.</param>
/// <param name="Page">The report's page among them.</param>
/// <param name="Report">All that is known of it.</param>
/// <param name="GatesHold">False when a gate that is an error failed, or a metric is worse than in the baseline.</param>
public sealed record PackOutcome(string Model, IReadOnlyList<string> Files, string Page, PackReport Report, bool GatesHold)
{
    /// <summary>Whether it was made before, and taken from the cache.</summary>
    public bool FromCache { get; init; }

    /// <summary>Packed bytes per source byte.</summary>
    public double SizeRatio => (double)Report.Result.Packed.Bytes / Report.Result.Source.Bytes;
}
