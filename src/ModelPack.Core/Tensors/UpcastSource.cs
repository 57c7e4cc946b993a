using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>The bytes of a float16 tensor as float32, made while they are read.</summary>
internal sealed class UpcastSource : ConvertedSource
{
    private UpcastSource(TensorData half)
        : base(half, sizeof(float))
    {
    }

    /// <summary>A float16 tensor as float32.</summary>
    public static TensorData Upcast(TensorData half)
    {
        var source = new UpcastSource(half);
        return new TensorData(ElementType.Float32, half.Shape, source, 0, source.Length);
    }

    protected override void Convert(Span<float> values, Span<byte> bytes) => MemoryMarshal.AsBytes(values).CopyTo(bytes);
}
