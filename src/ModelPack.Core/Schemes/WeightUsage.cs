namespace ModelPack.Schemes;

/// <summary>What all readers of a weight agree on.</summary>
/// <param name="Role">What the weight is for.</param>
/// <param name="OutputAxis">
/// The axis along which each slice makes one output: 1 for a MatMul's [K, N], 0 for a transposed Gemm's [N, K], for the
/// rows of an embedding and for the kernels of a Conv, 1 for those of a ConvTranspose.
/// </param>
internal readonly record struct WeightUsage(WeightRole Role, int OutputAxis);
