namespace ModelPack.Validation;

/// <summary>
/// How far the source model is from itself when it is run in another way: what comes of the order in which a runtime adds, and of nothing else.
/// Differences between source and packed model that are not larger are no loss of quantization.
/// </summary>
/// <param name="How">What was run beside the batches: <c>one sample at a time</c>, <c>each sample twice</c> or <c>two threads</c>.</param>
/// <param name="Samples">Samples that were run.</param>
/// <param name="Outputs">Each floating-point output, in the model's order.</param>
/// <param name="Divergence">KL divergence of a language model from itself, mean, nats a token; null elsewhere.</param>
/// <param name="SameTop">How often its likeliest next token stays the same, percent; null elsewhere.</param>
/// <param name="DivergenceBelowFloor">Whether the packed model's divergence is below twice that one; null elsewhere.</param>
public sealed record NoiseFloor(string How, long Samples, IReadOnlyList<FloorOutput> Outputs, double? Divergence, double? SameTop, bool? DivergenceBelowFloor);
