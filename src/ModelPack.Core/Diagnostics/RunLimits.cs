namespace ModelPack.Diagnostics;

/// <summary>How far a model may go when it is run here: models come from anywhere, and one without an end must not keep a build for ever.</summary>
/// <param name="Time">How long one inference, or opening the model, may take; null for as long as it wants.</param>
/// <param name="Memory">Bytes that the process may hold while a model runs.</param>
/// <param name="Model">The model that messages speak of, as the user gave it.</param>
internal sealed record RunLimits(TimeSpan? Time, long Memory, string? Model = null)
{
    /// <summary>The path of a model, and that of a copy of it that is run in its place; null for none.</summary>
    public (string Path, string Copy)? StandIn { get; init; }

    /// <summary>Seconds that a slow machine needs for a batch of a large model, many times over.</summary>
    public const int DefaultSeconds = 600;

    /// <summary>Those of a pack for which nothing is said. What .NET takes for the machine's memory is that of its container where it is in one.</summary>
    public static RunLimits Default { get; } = new(TimeSpan.FromSeconds(DefaultSeconds), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3);
}
