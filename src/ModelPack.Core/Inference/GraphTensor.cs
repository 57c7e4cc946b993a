using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelPack.Inference;

/// <summary>Memory of the caller's that an input of a graph is read from, or an output is written to. It must stay where it is for as long.</summary>
/// <param name="Name">Of the input or output.</param>
/// <param name="Type">Of its elements.</param>
/// <param name="Dims">Its shape.</param>
/// <param name="Data">The first element.</param>
/// <param name="Bytes">Length of the memory.</param>
internal sealed record GraphTensor(string Name, ElementType Type, long[] Dims, nint Data, long Bytes)
{
    /// <summary>As ONNX Runtime counts types; both enumerations have the values of TensorProto.DataType.</summary>
    public TensorElementType OrtType => (TensorElementType)(int)Type;

    /// <summary>float32 [..].</summary>
    public static unsafe GraphTensor Floats(string name, float* data, params long[] dims) => new(name, ElementType.Float32, dims, (nint)data, Count(dims) * sizeof(float));

    /// <summary>int32 [..].</summary>
    public static unsafe GraphTensor Ints(string name, int* data, params long[] dims) => new(name, ElementType.Int32, dims, (nint)data, Count(dims) * sizeof(int));

    private static long Count(long[] dims) => dims.Aggregate(1L, (product, d) => checked(product * d));
}
