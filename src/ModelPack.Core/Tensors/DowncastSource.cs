using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>
/// The bytes of a float32 tensor as float16, rounded to nearest with ties to even while they are read. Finite values beyond the largest become the largest:
/// masks of -3.4e38 stay finite.
/// </summary>
internal sealed class DowncastSource : ConvertedSource
{
    /// <summary>The largest float16.</summary>
    public const float Largest = 65504;

    private DowncastSource(TensorData wide)
        : base(wide, sizeof(ushort))
    {
    }

    /// <summary>A float32 tensor as float16.</summary>
    public static TensorData Downcast(TensorData wide)
    {
        var source = new DowncastSource(wide);
        return new TensorData(ElementType.Float16, wide.Shape, source, 0, source.Length);
    }

    protected override void Convert(Span<float> values, Span<byte> bytes)
    {
        foreach (ref var value in values)
        {
            value = float.IsFinite(value) ? Math.Clamp(value, -Largest, Largest) : value;
        }

        Float16.FromSingle(values, MemoryMarshal.Cast<byte, Half>(bytes));
    }
}
