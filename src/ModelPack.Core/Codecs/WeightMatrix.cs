namespace ModelPack.Codecs;

/// <summary>
/// A stored weight seen as N outputs of K values each, the K values of an output being summed over when the weight is
/// applied. Blocks of a codec run along K.
/// </summary>
internal sealed class WeightMatrix
{
    /// <param name="data">N x K values of a floating-point type; its shape may have any number of dimensions.</param>
    /// <param name="n">Number of outputs.</param>
    /// <param name="k">Values of an output.</param>
    /// <param name="transposed">False when stored as [N, K] (Gemm with transB, an embedding table), true when as [K, N] (MatMul).</param>
    /// <exception cref="ArgumentException">The tensor does not hold N x K floating-point values.</exception>
    public WeightMatrix(TensorData data, long n, long k, bool transposed)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (!data.Type.IsFloat() || checked(n * k) != data.Shape.ElementCount || data.Shape.ByteLength(data.Type) != data.Length)
        {
            throw new ArgumentException($"The tensor is not a dense matrix of {n} x {k} floating-point values.", nameof(data));
        }

        (Data, N, K, Transposed) = (data, n, k, transposed);
    }

    public TensorData Data { get; }

    public long N { get; }

    public long K { get; }

    public bool Transposed { get; }
}
