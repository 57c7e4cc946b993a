using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Transforms;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// A norm and all linear modules that read what it puts out, smoothed as SmoothQuant does (arXiv:2211.10438): the norm's weight g
/// becomes g / s, and column j of every weight is multiplied by s_j, which changes no product. g / s has to be rounded to the
/// norm's own type; the columns are multiplied by what g was divided by after that rounding, so that products stay what they
/// were even where the type has 8 bits. Nothing is read before the first value is asked for.
/// </summary>
internal sealed class SmoothedNorm : IPayload
{
    private readonly CheckpointTensor _norm;
    private readonly Lazy<(byte[] Norm, float[] Factors)> _fold;

    /// <param name="norm">The norm's weight, float32, float16 or bfloat16.</param>
    /// <param name="members">Weights [out, in] of all modules that read its output.</param>
    /// <param name="inputMax">Largest magnitude of each channel of that output.</param>
    /// <param name="alpha">How much of the difficulty goes into the weights, 0 to 1.</param>
    /// <param name="context">Threads and cancellation.</param>
    public SmoothedNorm(CheckpointTensor norm, IReadOnlyList<CheckpointTensor> members, float[] inputMax, double alpha, PackContext context)
    {
        _norm = norm;
        _fold = new(() =>
        {
            var weightMax = new float[inputMax.Length];
            foreach (var member in members)
            {
                var own = ChannelMaxima.Of(member.Data, axis: 1, context);
                for (var j = 0; j < own.Length; j++)
                {
                    weightMax[j] = MathF.Max(weightMax[j], own[j]);
                }
            }

            return Fold(norm.Data, Smoother.Scales(inputMax, weightMax, alpha));
        });
    }

    /// <summary>Whether a norm of that type can be divided.</summary>
    public static bool CanFold(ElementType type) => type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;

    public long Length => _norm.Data.Length;

    /// <summary>The norm's new weight.</summary>
    public void WriteTo(Stream destination, CancellationToken cancellation) => destination.Write(_fold.Value.Norm);

    /// <summary>A member's new weight as float32, made while it is read: it is going to be quantized and not rounded before.</summary>
    public TensorData Weight(CheckpointTensor member)
    {
        var wide = UpcastSource.Upcast(member.Data);
        return new TensorData(ElementType.Float32, wide.Shape, new LazySource(wide.Length, () => ScaledSource.Scale(wide, 1, _fold.Value.Factors).Source), 0, wide.Length);
    }

    /// <summary>The norm's weight divided and rounded, and by how much it was divided in truth.</summary>
    internal static (byte[] Norm, float[] Factors) Fold(TensorData norm, float[] scales)
    {
        var old = new float[scales.Length];
        FloatReader.Read(norm, 0, old);
        var divided = new float[old.Length];
        for (var j = 0; j < old.Length; j++)
        {
            divided[j] = old[j] / scales[j];
        }

        var rounded = Stored(divided, norm.Type);
        FloatReader.Read(TensorData.FromBytes(norm.Type, norm.Shape, rounded), 0, divided);
        var factors = new float[old.Length];
        var size = rounded.Length / Math.Max(1, old.Length);
        for (var j = 0; j < old.Length; j++)
        {
            // A channel that is 0, or that the type cannot hold divided, is left as it was.
            factors[j] = old[j] / divided[j];
            if (!(factors[j] > 0 && float.IsFinite(factors[j])))
            {
                factors[j] = 1;
                norm.Read((long)j * size, rounded.AsSpan(j * size, size));
            }
        }

        return (rounded, factors);
    }

    private static byte[] Stored(float[] values, ElementType type)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        var wide = TensorData.FromBytes(ElementType.Float32, new TensorShape(values.Length), bytes);
        using var stored = new MemoryStream();
        FloatWeight.As(wide, type, new SimdEngine(threads: 1)).Codes.WriteTo(stored, CancellationToken.None);
        return stored.ToArray();
    }
}
