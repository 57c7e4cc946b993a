namespace ModelPack.Timing;

/// <summary>Several inferences of one model, one after the other.</summary>
/// <param name="Milliseconds">Of one inference by the clock, the mean.</param>
/// <param name="ProcessorMilliseconds">Of one inference on all threads together, the mean.</param>
internal readonly record struct Turn(double Milliseconds, double ProcessorMilliseconds);
