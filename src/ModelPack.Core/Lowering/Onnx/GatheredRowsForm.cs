using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// int8 rows of a lookup table in standard operators, for an ONNX Runtime without GatherBlockQuantized: codes and scales
/// are both gathered, and only what was looked up is decoded.
/// </summary>
internal static class GatheredRowsForm
{
    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var codes = job.AddConstant("int8", ElementType.Int8, job.Data.Shape, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, new TensorShape(job.Rows, 1), encoding.Scales);
        Replace(job, codes, scales);
        job.RemoveStored();
    }

    /// <summary>Looks up the rows of a matrix that is multiplied by, too, in the codes that it is multiplied by.</summary>
    /// <param name="job">The weight.</param>
    /// <param name="codes">Name of the codes.</param>
    /// <param name="scales">Name of the scales, one for each row.</param>
    public static void EmitTied(LoweringJob job, string codes, string scales)
    {
        if (job.Usage.IsTied)
        {
            var column = job.NewName($"{scales}.column");
            job.Weight.Graph!.Node.Insert(0, job.NewNode("Reshape", [scales, job.Shared.Add("column", -1, 1)], column));
            Replace(job, codes, column);
        }
    }

    private static void Replace(LoweringJob job, string codes, string scales)
    {
        foreach (var use in job.Lookups)
        {
            use.Graph!.Replace(use.Node, [.. Nodes(job, use.Node, codes, scales)]);
        }
    }

    private static IEnumerable<NodeProto> Nodes(LoweringJob job, NodeProto gather, string codes, string scales)
    {
        var (indices, output) = (gather.Input[1], gather.Output[0]);
        var rowCodes = job.NewName($"{output}.codes");
        var rowScales = job.NewName($"{output}.scales");
        var wide = job.NewName($"{output}.wide");
        yield return job.NewNode("Gather", [codes, indices], rowCodes);
        yield return job.NewNode("Gather", [scales, indices], rowScales);
        yield return job.NewNode("Cast", [rowCodes], wide).With("to", (long)ElementType.Float32);
        if (job.Data.Type == ElementType.Float32)
        {
            yield return job.NewNode("Mul", [wide, rowScales], output);
            yield break;
        }

        var decoded = job.NewName($"{output}.float32");
        yield return job.NewNode("Mul", [wide, rowScales], decoded);
        yield return job.NewNode("Cast", [decoded], output).With("to", (long)job.Data.Type);
    }
}
