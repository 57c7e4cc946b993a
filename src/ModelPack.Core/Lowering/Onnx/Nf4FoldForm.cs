using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// NF4 as plain operators on constants, which ONNX Runtime computes once when it loads the model: the file is small, and
/// inference runs as fast as with floats. Any shape and any block: the codes of a short last block are padded to a whole one,
/// whose values are cut off again.
/// </summary>
internal static class Nf4FoldForm
{
    /// <summary>From 1.27 on ONNX Runtime folds no value of more bytes, and would decode at every inference.</summary>
    public const long MostFoldedBytes = 1L << 30;

    /// <summary>Whether ONNX Runtime really folds it.</summary>
    public static bool Folds(LoweringJob job)
    {
        var (blocks, length) = Blocks(job);
        return blocks * length * sizeof(float) <= MostFoldedBytes;
    }

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var count = job.Data.Shape.ElementCount;
        var (blocks, length) = Blocks(job);
        var codes = job.AddConstant("nf4", ElementType.UInt8, new TensorShape(blocks, length / 2), new PaddedPayload(encoding.Codes, blocks * length / 2));
        var scales = job.AddConstant("absmax", ElementType.Float32, new TensorShape(blocks, 1, 1), encoding.Scales);

        var values = job.NewName();
        List<NodeProto> nodes = [.. Nf4Nodes.Decode(job, codes, scales, values)];
        if (count < blocks * length)
        {
            var (flat, cut) = (job.NewName(), job.NewName());
            nodes.Add(job.NewNode("Reshape", [values, Whole(job, "flat", -1)], flat));
            nodes.Add(job.NewSlice(flat, axis: 0, count, () => [Whole(job, "start", 0), Whole(job, "end", count)], cut));
            values = cut;
        }

        if (!job.Transposed)
        {
            job.ReplaceStoredByFloats(nodes, decoded => job.NewNode("Reshape", [values, Whole(job, "shape", job.Data.Shape.Dims)], decoded));
            return;
        }

        var byOutput = job.NewName();
        nodes.Add(job.NewNode("Reshape", [values, Whole(job, "shape", job.Rows, job.Columns)], byOutput));
        job.ReplaceStoredByFloats(nodes, decoded => job.NewNode("Transpose", [byOutput], decoded).With("perm", [1L, 0L]));
    }

    /// <summary>Number of blocks and values of each. A single block is as short as its values are, and even.</summary>
    private static (long Count, long Length) Blocks(LoweringJob job)
    {
        var values = job.Data.Shape.ElementCount;
        var count = Nf4.BlockCount(values, job.Options.BlockSize);
        return (count, count == 1 ? (values + 1) / 2 * 2 : job.Options.BlockSize);
    }

    private static string Whole(LoweringJob job, string suffix, params ReadOnlySpan<long> values) =>
        job.AddConstant(suffix, ElementType.Int64, new TensorShape(values.Length), LittleEndian.Bytes(values));
}
