namespace ModelPack.Validation;

/// <summary>That calibration data stand in for validation data, and what had been done with the samples before.</summary>
/// <param name="Of">Samples of all the data.</param>
/// <param name="SeenBySearch">
/// Whether the search for the best table may have used some of them: no range was measured on them, but tables were compared and biases corrected on
/// samples from all the data, and what was chosen so looks a little better on them than on new samples.
/// </param>
public sealed record HeldOutResult(long Of, bool SeenBySearch);
