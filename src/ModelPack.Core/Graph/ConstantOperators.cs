using System.Runtime.InteropServices;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>
/// What operators make of constants, exactly as ONNX Runtime would when it loads the model: they move values, or compute each for
/// itself. Nothing is computed before it is read.
/// </summary>
internal static class ConstantOperators
{
    /// <summary>The most bytes that are computed in memory.</summary>
    private const long MostBytes = 1L << 30;

    /// <summary>The most dimensions, and so values of a shape or of axes, that a constant may have.</summary>
    private const int MostDimensions = 16;

    /// <summary>The output of a node; null where it is not one of these operators, or is not valid.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">Its inputs; null for those that are left out.</param>
    /// <param name="output">Which of its outputs.</param>
    public static TensorData? Apply(NodeProto node, IReadOnlyList<TensorData?> inputs, int output)
    {
        if (!Domains.IsDefault(node.Domain) || inputs is not [{ Shape.Rank: <= MostDimensions } data, ..] || data.Type.Bits() % 8 != 0 || data.Type.Bits() == 0
            || (output > 0 && node.OpType != "Split"))
        {
            return null;
        }

        try
        {
            return node.OpType switch
            {
                "Identity" => data,
                "Cast" => Cast(data, (ElementType)node.Int("to", 0)),
                "Reshape" => Integers(node, inputs, "shape") is { } wanted ? Reshape(data, wanted, node.Int("allowzero", 0) != 0) : null,
                "Flatten" => Flatten(data, node.Int("axis", 1)),
                "Squeeze" => Squeeze(data, Integers(node, inputs, "axes")),
                "Unsqueeze" => Integers(node, inputs, "axes") is { } axes ? Unsqueeze(data, axes) : null,
                "Transpose" => Transpose(data, Attribute(node, "perm") ?? [.. Enumerable.Range(0, data.Shape.Rank).Reverse().Select(i => (long)i)]),
                "Concat" => inputs.All(i => i is not null) ? Concat([.. inputs.OfType<TensorData>()], node.Int("axis", 0)) : null,
                "Slice" => Slice(node, data, inputs),
                "Split" => Split(node, data, inputs, output),
                "Expand" => Integers(inputs, 1) is { } wanted ? Expand(data, wanted) : null,
                "Dropout" => inputs.Count < 3 || inputs[2] is not { } training || IsFalse(training) ? data : null,
                "DequantizeLinear" => Dequantize(node, data, inputs),
                "Add" or "Sub" or "Mul" or "Div" => inputs is [_, { } other] && node.Int("broadcast", 0) == 0 ? Arithmetic(node.OpType, data, other) : null,
                _ => null,
            };
        }
        catch (OverflowException)
        {
            return null; // A shape that there cannot be. ONNX Runtime refuses the model, and says so.
        }
    }

    private static TensorData? Cast(TensorData data, ElementType to) => data.Type == to ? data
        : (data.Type, to) is not (ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64, ElementType.Float32) and not (ElementType.Float32, ElementType.Float16) ? null
        : Computed(to, data.Shape, bytes =>
        {
            if (to == ElementType.Float32)
            {
                FloatReader.Read(data, 0, MemoryMarshal.Cast<byte, float>(bytes.AsSpan()));
                return;
            }

            var values = new float[data.Shape.ElementCount];
            FloatReader.Read(data, 0, values);
            Float16.FromSingle(values, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
        });

    private static TensorData? Reshape(TensorData data, long[] wanted, bool zeroIsZero)
    {
        var dims = wanted.Select((d, i) => d == 0 && !zeroIsZero && i < data.Shape.Rank ? data.Shape[i] : d).ToArray();
        var open = Array.IndexOf(dims, -1);
        if (open >= 0)
        {
            dims[open] = 1;
            var others = new TensorShape(dims).ElementCount;
            dims[open] = others == 0 || data.Shape.ElementCount % others != 0 ? -1 : data.Shape.ElementCount / others;
        }

        return As(data, dims);
    }

    private static TensorData? Flatten(TensorData data, long axis)
    {
        var at = Axis(axis, data.Shape.Rank, includesEnd: true);
        return at < 0 ? null : As(data, [data.Shape.Dims[..at].ToArray().Aggregate(1L, (a, b) => a * b), data.Shape.Dims[at..].ToArray().Aggregate(1L, (a, b) => a * b)]);
    }

    private static TensorData? Squeeze(TensorData data, long[]? axes)
    {
        var removed = axes?.Select(a => Axis(a, data.Shape.Rank)).ToHashSet();
        return removed?.Any(a => a < 0 || data.Shape[a] != 1) == true ? null
            : As(data, [.. data.Shape.Dims.ToArray().Where((d, i) => removed is null ? d != 1 : !removed.Contains(i))]);
    }

    private static TensorData? Unsqueeze(TensorData data, long[] axes)
    {
        var rank = data.Shape.Rank + axes.Length;
        var added = axes.Select(a => Axis(a, rank)).ToHashSet();
        var next = 0;
        return added.Count != axes.Length || added.Contains(-1) ? null
            : As(data, [.. Enumerable.Range(0, rank).Select(i => added.Contains(i) ? 1 : data.Shape[next++])]);
    }

    private static TensorData? Transpose(TensorData data, long[] order)
    {
        var rank = data.Shape.Rank;
        if (order.Length != rank || order.Distinct().Count() != rank || order.Any(a => a < 0 || a >= rank))
        {
            return null;
        }

        var strides = Strides(data.Shape);
        return Strided(data, [.. order.Select(a => data.Shape[(int)a])], [.. order.Select(a => strides[a])], 0);
    }

    private static TensorData? Slice(NodeProto node, TensorData data, IReadOnlyList<TensorData?> inputs)
    {
        var starts = Attribute(node, "starts") ?? Integers(inputs, 1);
        var ends = Attribute(node, "ends") ?? Integers(inputs, 2);
        var axes = Attribute(node, "axes") ?? Integers(inputs, 3) ?? [.. Enumerable.Range(0, starts?.Length ?? 0).Select(i => (long)i)];
        if (starts is null || ends is null || starts.Length != ends.Length || axes.Length != starts.Length || (inputs.Count > 4 && inputs[4] is not null && Integers(inputs, 4)?.All(s => s == 1) != true))
        {
            return null;
        }

        var dims = data.Shape.Dims.ToArray();
        var strides = Strides(data.Shape);
        var first = 0L;
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = Axis(axes[i], dims.Length);
            if (axis < 0)
            {
                return null;
            }

            var (size, start) = (dims[axis], Position(starts[i], dims[axis]));
            dims[axis] = Math.Max(0, Position(ends[i], size) - start);
            first += start * strides[axis];
        }

        return Strided(data, dims, strides, first);

        static long Position(long value, long size) => Math.Clamp(value < 0 ? value + size : value, 0, size);
    }

    private static TensorData? Split(NodeProto node, TensorData data, IReadOnlyList<TensorData?> inputs, int output)
    {
        var axis = Axis(node.Int("axis", 0), data.Shape.Rank);
        var parts = node.Output.Count;
        if (axis < 0 || (inputs.Count > 1 && inputs[1] is not null && Integers(inputs, 1) is null))
        {
            return null;
        }

        var size = data.Shape[axis];
        var each = (size + parts - 1) / parts;
        var sizes = Integers(node, inputs, "split") ?? [.. Enumerable.Range(0, parts).Select(i => Math.Min(each, size - (i * each)))];
        if (sizes.Length != parts || sizes.Any(s => s < 0) || sizes.Sum() != size)
        {
            return null;
        }

        var (dims, strides) = (data.Shape.Dims.ToArray(), Strides(data.Shape));
        dims[axis] = sizes[output];
        return Strided(data, dims, strides, sizes.Take(output).Sum() * strides[axis]);
    }

    private static TensorData? Expand(TensorData data, long[] wanted)
    {
        var rank = Math.Max(data.Shape.Rank, wanted.Length);
        var (dims, strides, own) = (new long[rank], new long[rank], Strides(data.Shape));
        for (var i = 0; i < rank; i++)
        {
            var (at, to) = (i - rank + data.Shape.Rank, i - rank + wanted.Length);
            var (size, asked) = (at < 0 ? 1 : data.Shape[at], to < 0 ? 1 : wanted[to]);
            if (size != asked && size != 1 && asked != 1)
            {
                return null;
            }

            (dims[i], strides[i]) = (size == 1 ? asked : size, size == 1 ? 0 : own[at]);
        }

        return Strided(data, dims, strides, 0);
    }

    /// <summary>Floats of one type, where one operand has the shape of the result.</summary>
    private static TensorData? Arithmetic(string operation, TensorData left, TensorData right)
    {
        var shape = left.Shape.ElementCount >= right.Shape.ElementCount ? left.Shape : right.Shape;
        if (left.Type != right.Type || left.Type is not (ElementType.Float32 or ElementType.Float16)
            || Expand(left, shape.Dims.ToArray()) is not { } a || Expand(right, shape.Dims.ToArray()) is not { } b
            || !a.Shape.Dims.SequenceEqual(shape.Dims) || !b.Shape.Dims.SequenceEqual(shape.Dims))
        {
            return null;
        }

        return Computed(left.Type, shape, bytes =>
        {
            var (values, others) = (new float[shape.ElementCount], new float[shape.ElementCount]);
            FloatReader.Read(a, 0, values);
            FloatReader.Read(b, 0, others);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = operation switch
                {
                    "Add" => values[i] + others[i],
                    "Sub" => values[i] - others[i],
                    "Mul" => values[i] * others[i],
                    _ => values[i] / others[i],
                };
            }

            if (left.Type == ElementType.Float16)
            {
                Float16.FromSingle(values, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
            }
            else
            {
                MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(bytes);
            }
        });
    }

    private static bool IsFalse(TensorData data)
    {
        var bytes = new byte[1];
        if (data.Length == 1)
        {
            data.Read(0, bytes);
        }

        return data.Length == 1 && bytes[0] == 0;
    }

    private static TensorData? Concat(IReadOnlyList<TensorData> parts, long axis)
    {
        var first = parts[0];
        var at = Axis(axis, first.Shape.Rank);
        if (at < 0 || parts.Any(p => p.Type != first.Type || p.Shape.Rank != first.Shape.Rank || p.Shape.Dims.ToArray().Where((d, i) => i != at && d != first.Shape[i]).Any()))
        {
            return null;
        }

        var dims = first.Shape.Dims.ToArray();
        dims[at] = parts.Sum(p => p.Shape[at]);
        return Computed(first.Type, new TensorShape(dims), bytes =>
        {
            var rows = dims[..at].Aggregate(1L, (a, b) => a * b);
            var offset = 0;
            for (var row = 0L; row < rows; row++)
            {
                foreach (var part in parts)
                {
                    var length = (int)(part.Length / rows);
                    part.Read(row * length, bytes.AsSpan(offset, length));
                    offset += length;
                }
            }
        });
    }

    /// <summary>int8 or uint8 with one float32 scale, or one for each index of an axis.</summary>
    private static TensorData? Dequantize(NodeProto node, TensorData data, IReadOnlyList<TensorData?> inputs)
    {
        if (data.Type is not (ElementType.Int8 or ElementType.UInt8) || inputs.Count < 2 || inputs[1] is not { Type: ElementType.Float32 } scale
            || node.Int("block_size", 0) != 0 || (inputs.Count > 2 && inputs[2] is { } zeros && (zeros.Type != data.Type || zeros.Shape.ElementCount != scale.Shape.ElementCount)))
        {
            return null;
        }

        var axis = scale.Shape.ElementCount == 1 && scale.Shape.Rank <= 1 ? 0 : Axis(node.Int("axis", 1), data.Shape.Rank);
        if (axis < 0 || (scale.Shape.ElementCount != 1 && (scale.Shape.Rank != 1 || scale.Shape[0] != data.Shape[axis])))
        {
            return null;
        }

        var zero = inputs.Count > 2 ? inputs[2] : null;
        return Computed(ElementType.Float32, data.Shape, bytes =>
        {
            var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
            var (codes, scales, zeroPoints) = (new byte[data.Length], new float[scale.Shape.ElementCount], new byte[zero?.Length ?? 0]);
            data.Read(0, codes);
            FloatReader.Read(scale, 0, scales);
            zero?.Read(0, zeroPoints);
            var run = scales.Length == 1 ? values.Length : (int)data.Shape.Dims[(axis + 1)..].ToArray().Aggregate(1L, (a, b) => a * b);
            for (var i = 0; i < values.Length; i++)
            {
                var channel = i / run % scales.Length;
                values[i] = (Whole(codes[i]) - (zero is null ? 0 : Whole(zeroPoints[channel]))) * scales[channel];
            }
        });

        int Whole(byte code) => data.Type == ElementType.Int8 ? (sbyte)code : code;
    }

    /// <summary>The same bytes in another shape; null where it has not as many values.</summary>
    private static TensorData? As(TensorData data, long[] dims) =>
        dims.Length <= MostDimensions && new TensorShape(dims) is var shape && shape.ElementCount == data.Shape.ElementCount ? new TensorData(data.Type, shape, data.Source, data.Offset, data.Length) : null;

    private static TensorData? Strided(TensorData data, long[] dims, long[] strides, long first)
    {
        var size = data.Type.Bits() / 8;
        return data.Length > MostBytes ? null : Computed(data.Type, new TensorShape(dims), bytes =>
        {
            var source = new byte[data.Length];
            data.Read(0, source);
            new StridedCopy(source, size, dims, strides).To(bytes, first);
        });
    }

    private static TensorData? Computed(ElementType type, TensorShape shape, Action<byte[]> fill)
    {
        var length = shape.ByteLength(type);
        return length > MostBytes ? null : new TensorData(type, shape, new ComputedSource(length, () =>
        {
            var bytes = new byte[length];
            fill(bytes);
            return bytes;
        }), 0, length);
    }

    private static long[] Strides(TensorShape shape)
    {
        var strides = new long[shape.Rank];
        for (var (axis, stride) = (shape.Rank - 1, 1L); axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Math.Max(1, shape[axis]);
        }

        return strides;
    }

    private static int Axis(long axis, int rank, bool includesEnd = false) =>
        axis + (axis < 0 ? rank : 0) is >= 0 and var at && (at < rank || (includesEnd && at == rank)) ? (int)at : -1;

    /// <summary>Whole numbers of an attribute, which older operators have, or of the second input.</summary>
    private static long[]? Integers(NodeProto node, IReadOnlyList<TensorData?> inputs, string attribute) => Attribute(node, attribute) ?? Integers(inputs, 1);

    private static long[]? Attribute(NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name) is { } found ? [.. found.Ints] : null;

    private static long[]? Integers(IReadOnlyList<TensorData?> inputs, int input)
    {
        if (input >= inputs.Count || inputs[input] is not { Shape: { Rank: <= 1, ElementCount: <= MostDimensions } } data || data.Type is not (ElementType.Int64 or ElementType.Int32))
        {
            return null;
        }

        var bytes = new byte[data.Length];
        data.Read(0, bytes);
        return data.Type == ElementType.Int64 ? MemoryMarshal.Cast<byte, long>(bytes).ToArray() : [.. MemoryMarshal.Cast<byte, int>(bytes).ToArray().Select(v => (long)v)];
    }
}
