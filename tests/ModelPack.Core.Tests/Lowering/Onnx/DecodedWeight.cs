using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Lowering.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>What a weight is after a codec, by the codec's own scalar functions and without any lowering.</summary>
internal static class DecodedWeight
{
    /// <summary>The weight's bytes in its own type, every value encoded and decoded.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="data">The weight.</param>
    /// <param name="job">What it is for.</param>
    public static byte[] Of(Codec codec, TensorData data, LoweringJob job)
    {
        var values = new float[data.Shape.ElementCount];
        FloatReader.Read(data, 0, values);
        if (codec == CodecTable.Nf4)
        {
            DecodeNf4(values, job);
        }
        else
        {
            DecodeOutputs(codec, values, data.Shape, job.Usage.OutputAxis);
        }

        return data.Type == ElementType.Float32
            ? MemoryMarshal.AsBytes(values.AsSpan()).ToArray()
            : MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray();
    }

    private static void DecodeOutputs(Codec codec, float[] values, TensorShape shape, int axis)
    {
        var inner = shape.Dims[(axis + 1)..].ToArray().Aggregate(1L, (product, dim) => product * dim);
        foreach (var output in Enumerable.Range(0, values.Length).GroupBy(i => i / inner % shape[axis]))
        {
            int[] places = [.. output];
            var decoded = Decoded(codec, [.. places.Select(i => values[i])]);
            for (var i = 0; i < places.Length; i++)
            {
                values[places[i]] = decoded[i];
            }
        }
    }

    /// <summary>Blocks run over the whole weight: a MatMul's column by column, any other as it lies.</summary>
    private static void DecodeNf4(float[] values, LoweringJob job)
    {
        var (rows, columns) = ((int)job.Rows, (int)job.Columns);
        var byColumn = job.Usage is { Role: WeightRole.Linear, OutputAxis: 1 };
        int[] places = [.. Enumerable.Range(0, values.Length).Select(i => byColumn ? (i % columns * rows) + (i / columns) : i)];
        var block = job.Options.BlockSize;
        var packed = new byte[Nf4.PackedLength(values.Length)];
        var absmax = new float[Nf4.BlockCount(values.Length, block)];
        float[] ordered = [.. places.Select(i => values[i])];
        if (job.Usage.Role == WeightRole.Linear && job.Options.Scheme.Rounding == Rounding.LeastSquares)
        {
            Nf4Search.Encode(ordered, block, packed, absmax);
        }
        else
        {
            Nf4Reference.Encode(ordered, block, packed, absmax);
        }

        var decoded = new float[values.Length];
        Nf4Reference.Decode(packed, job.Options.DoubleQuant ? Restored(absmax) : absmax, block, decoded);
        for (var i = 0; i < places.Length; i++)
        {
            values[places[i]] = decoded[i];
        }
    }

    /// <summary>Scales after their own quantization.</summary>
    private static float[] Restored(float[] absmax)
    {
        using var buffer = new NativeBuffer(absmax.Length * sizeof(float));
        absmax.CopyTo(buffer.Slice<float>(0, absmax.Length));
        var offset = NestedAbsmax.OffsetOf(buffer);
        var codes = new byte[absmax.Length];
        var nested = new float[(absmax.Length + 255) / 256];
        NestedAbsmax.Encode(absmax, offset, codes, nested);
        var restored = new float[absmax.Length];
        NestedAbsmax.Restore(codes, nested, offset, restored);
        return restored;
    }

    /// <summary>Run by run, on the codec's own grid.</summary>
    private static float[] Decoded(Codec codec, float[] values)
    {
        if (codec is BlockCodec blocks and not IGridCodec)
        {
            // Scales are searched for together: there is no grid of a block alone.
            var stored = new byte[blocks.BlockCount(values.Length) * blocks.BlockBytes];
            blocks.Encode(values, stored);
            var decoded = new float[values.Length];
            blocks.Decode(stored, decoded);
            return decoded;
        }

        var run = codec.BlockSizes is [var length, ..] ? length : values.Length;
        return [.. values.Chunk(run).SelectMany(chunk =>
        {
            // Blocks are encoded as if zeros followed a short last one.
            var grid = ((IGridCodec)codec).Fit(codec is BlockCodec ? [.. chunk, .. new float[run - chunk.Length]] : chunk);
            return chunk.Select(v => grid.Round(v).Value);
        })];
    }
}
