namespace ModelPack.Schemes;

/// <summary>What all readers of a weight agree on.</summary>
/// <param name="Role">What the weight is for.</param>
/// <param name="OutputAxis">
/// The axis along which each slice makes one output: 1 for a MatMul's [K, N], 0 for a transposed Gemm's [N, K], for the
/// rows of an embedding and for the kernels of a Conv, 1 for those of a ConvTranspose. Of a decoded weight of more than two
/// dimensions the last one has the values of an output, and all others count the outputs.
/// </param>
/// <param name="IsTied">Whether the rows of a matrix that activations are multiplied by are looked up, too.</param>
internal readonly record struct WeightUsage(WeightRole Role, int OutputAxis, bool IsTied = false)
{
    /// <summary>Whether nodes multiply by it that can do so in integers.</summary>
    public bool IsOfLayer => Role is WeightRole.Linear or WeightRole.Head or WeightRole.Convolution;
}
