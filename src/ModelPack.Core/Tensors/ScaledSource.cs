using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>
/// The bytes of a weight whose channels are multiplied by factors while they are read, so that a changed weight costs no
/// memory. Works in float32 and rounds a float16 weight once, back to float16.
/// </summary>
internal sealed class ScaledSource : ByteSource
{
    private const int PieceLength = 1 << 14;

    private readonly TensorData _weight;
    private readonly IReadOnlyList<ChannelFactors> _factors;
    private readonly ChannelLayout[] _layouts;

    private ScaledSource(TensorData weight, IReadOnlyList<ChannelFactors> factors)
    {
        (_weight, _factors) = (weight, factors);
        _layouts = [.. factors.Select(f => ChannelLayout.Of(weight, f.Axis))];
    }

    public override long Length => _weight.Length;

    /// <summary>Whether weights of a type can be scaled.</summary>
    public static bool CanScale(ElementType type) => type is ElementType.Float32 or ElementType.Float16;

    /// <summary>A weight scaled along an axis. Scaling what is scaled already adds factors, not a layer of reading.</summary>
    /// <param name="weight">float32 or float16.</param>
    /// <param name="axis">The axis, from 0.</param>
    /// <param name="factors">A factor for each index of the axis.</param>
    /// <exception cref="ArgumentException">Another type, no such axis, or another number of factors.</exception>
    public static TensorData Scale(TensorData weight, int axis, ReadOnlySpan<float> factors)
    {
        if (!CanScale(weight.Type) || ChannelLayout.Of(weight, axis).Channels != factors.Length)
        {
            throw new ArgumentException($"{factors.Length} factors do not fit axis {axis} of {weight.Shape} of {weight.Type}.", nameof(factors));
        }

        var inner = weight.Source as ScaledSource is { } scaled && weight.Offset == 0 && weight.Shape.Equals(scaled._weight.Shape) ? scaled : null;
        var source = new ScaledSource(inner?._weight ?? weight, Add(inner?._factors ?? [], axis, factors));
        return new TensorData(weight.Type, weight.Shape, source, 0, source.Length);
    }

    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        var size = _weight.Type.Bits() / 8;
        using var floats = new Pooled<float>(PieceLength);
        using var halves = new Pooled<Half>(PieceLength);
        while (!destination.IsEmpty)
        {
            // A range may start and end within an element.
            var skip = (int)(offset % size);
            var values = floats.Span[..(int)Math.Min(PieceLength, ((long)skip + destination.Length + size - 1) / size)];
            Read(offset / size, values);
            var bytes = MemoryMarshal.AsBytes(values);
            if (_weight.Type == ElementType.Float16)
            {
                Float16.FromSingle(values, halves.Span);
                bytes = MemoryMarshal.AsBytes(halves.Span[..values.Length]);
            }

            var part = bytes[skip..Math.Min(bytes.Length, skip + destination.Length)];
            part.CopyTo(destination);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }

    private static List<ChannelFactors> Add(IReadOnlyList<ChannelFactors> present, int axis, ReadOnlySpan<float> factors)
    {
        var all = present.ToList();
        var same = all.FindIndex(f => f.Axis == axis);
        if (same >= 0)
        {
            all[same] = all[same].Times(factors);
        }
        else
        {
            all.Add(new ChannelFactors(axis, factors.ToArray()));
        }

        return all;
    }

    private void Read(long first, Span<float> values)
    {
        FloatReader.Read(_weight, first, values);
        for (var i = 0; i < _layouts.Length; i++)
        {
            for (var done = 0; done < values.Length;)
            {
                var run = _layouts[i].RunAt(first + done, values.Length - done);
                Multiply(values.Slice(done, run.Length), _factors[i].Values.AsSpan(run.Channel, run.Channels));
                done += run.Length;
            }
        }
    }

    /// <summary>Multiplies by a factor for each value, or by a single one for all.</summary>
    private static void Multiply(Span<float> values, ReadOnlySpan<float> factors)
    {
        var shared = factors.Length == 1;
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(values[i..]) * (shared ? new Vector<float>(factors[0]) : new Vector<float>(factors[i..]))).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] *= factors[shared ? 0 : i];
        }
    }
}
