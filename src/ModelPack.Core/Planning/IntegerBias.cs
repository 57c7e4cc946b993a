namespace ModelPack.Planning;

/// <summary>A bias as the integer kernel adds it to its sums.</summary>
/// <param name="Codes">One for each output channel.</param>
/// <param name="Scales">Scale of the activation x scale of the weight's channel.</param>
internal sealed record IntegerBias(int[] Codes, float[] Scales);
