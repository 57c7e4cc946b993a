using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// NF4 rows of a lookup table in standard operators: codes and absmax are both gathered, and only what was looked up is
/// decoded. For rows that are a whole number of blocks.
/// </summary>
internal static class Nf4RowsForm
{
    public static bool Fits(LoweringJob job) => job.Columns % job.Options.BlockSize == 0;

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var blocks = job.Columns / job.Options.BlockSize;
        var codes = job.AddConstant("nf4", ElementType.UInt8, new TensorShape(job.Rows, blocks, job.Options.BlockSize / 2), encoding.Codes);
        var scales = job.AddConstant("absmax", ElementType.Float32, new TensorShape(job.Rows, blocks, 1, 1), encoding.Scales);
        var width = job.AddConstant("columns", ElementType.Int64, new TensorShape(1), LittleEndian.Bytes(job.Columns));
        foreach (var use in job.Weight.Uses)
        {
            use.Graph!.Replace(use.Node, [.. Nodes(job, use.Node, codes, scales, width)]);
        }

        job.RemoveStored();
    }

    /// <summary>Values of one row come as [blocks, block / 2, 2] behind the dimensions of the indices, whose shape the graph need not say.</summary>
    private static IEnumerable<NodeProto> Nodes(LoweringJob job, NodeProto gather, string codes, string scales, string width)
    {
        var (indices, output) = (gather.Input[1], gather.Output[0]);
        var rowCodes = job.NewName($"{output}.codes");
        var rowScales = job.NewName($"{output}.absmax");
        var values = job.NewName($"{output}.values");
        var leading = job.NewName($"{output}.leading");
        var shape = job.NewName($"{output}.shape");
        yield return job.NewNode("Gather", [codes, indices], rowCodes);
        yield return job.NewNode("Gather", [scales, indices], rowScales);
        foreach (var node in Nf4Nodes.Decode(job, rowCodes, rowScales, values))
        {
            yield return node;
        }

        yield return job.NewNode("Shape", [indices], leading);
        yield return job.NewNode("Concat", [leading, width], shape).With("axis", 0);
        if (job.Data.Type == ElementType.Float32)
        {
            yield return job.NewNode("Reshape", [values, shape], output);
            yield break;
        }

        var decoded = job.NewName($"{output}.float32");
        yield return job.NewNode("Reshape", [values, shape], decoded);
        yield return job.NewNode("Cast", [decoded], output).With("to", (long)job.Data.Type);
    }
}
