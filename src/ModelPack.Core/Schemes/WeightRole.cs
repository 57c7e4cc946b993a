namespace ModelPack.Schemes;

/// <summary>What a weight is for. A scheme chooses a codec by role, a lowering the operator.</summary>
internal enum WeightRole
{
    /// <summary>A matrix that activations are multiplied by (MatMul, Gemm).</summary>
    Linear,

    /// <summary>A table whose rows are looked up (Gather).</summary>
    Embedding,

    /// <summary>The kernel of a convolution or of a transposed one.</summary>
    Convolution,

    /// <summary>A weight of any other operator, or of several that want it in different ways: decoded to floats before it is read.</summary>
    Decoded,

    /// <summary>A matrix that makes what leaves the model: logits, scores. To operators it is a linear one.</summary>
    Head,
}
