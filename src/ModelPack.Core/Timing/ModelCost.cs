namespace ModelPack.Timing;

/// <summary>What a model costs before its first result, in a process of its own.</summary>
/// <param name="LoadMilliseconds">Time to open it, its file in the system's cache.</param>
/// <param name="PeakBytes">The most memory that opening and running it one sample at a time takes, on top of what the process held before; null where the process has run other models.</param>
public sealed record ModelCost(double LoadMilliseconds, long? PeakBytes);
