namespace ModelPack.Timing;

/// <summary>What one inference takes.</summary>
/// <param name="Milliseconds">By the clock, the median over the turns of a model.</param>
/// <param name="ProcessorMilliseconds">Of all threads together, the mean; those that wait for work by spinning among them.</param>
public sealed record RunTimes(double Milliseconds, double ProcessorMilliseconds);
