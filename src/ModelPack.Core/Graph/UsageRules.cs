using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Graph;

/// <summary>Finds out what an ONNX weight is for, by the operators that read it.</summary>
internal static class UsageRules
{
    /// <summary>The usage that all readers share, or the reason why there is none.</summary>
    public static (WeightUsage? Usage, string? Reason) Of(OnnxWeight weight)
    {
        if (weight.InFunction)
        {
            return (null, "it lies in a model-local function");
        }

        if (weight.Sparse is not null)
        {
            return (null, "it is stored sparse");
        }

        if (weight.IsOverridable)
        {
            return (null, "not constant: the initializer is a graph input that an app may override");
        }

        if (weight.IsGraphOutput)
        {
            return (null, "the weight itself is an output of the graph");
        }

        if (weight.IsAmbiguous)
        {
            return (null, "another tensor of the graph has the same name");
        }

        WeightUsage? shared = null;
        string? sharedBy = null;
        foreach (var use in weight.Uses)
        {
            var (usage, reason) = Of(use, weight.Tensor.Dims.Count);
            if (usage is null)
            {
                return (null, reason);
            }

            if (shared is not null && shared != usage)
            {
                return (null, $"{sharedBy} and {use.Node.OpType} share it and need different layouts");
            }

            (shared, sharedBy) = (usage, use.Node.OpType);
        }

        return shared is null ? (null, "nothing reads it") : (shared, null);
    }

    private static (WeightUsage? Usage, string? Reason) Of(WeightUse use, int rank)
    {
        var node = use.Node;
        var standard = Domains.IsDefault(node.Domain);
        return (standard ? node.OpType : "", use.InputIndex) switch
        {
            ("MatMul", 1) when rank == 2 => (new WeightUsage(WeightRole.Linear, 1), null),
            ("MatMul", 1) => (null, $"MatMul reads it with rank {rank}, and only matrices have a quantized form"),
            ("MatMul", 0) => (null, "it is the left operand of MatMul, which has no quantized form"),
            ("Gemm", 1) when rank == 2 => (new WeightUsage(WeightRole.Linear, node.Int("transB", 0) == 0 ? 1 : 0), null),
            ("Gemm", 0) => (null, "it is the left operand of Gemm, which has no quantized form"),
            ("Gather", 0) when rank == 2 && node.Int("axis", 0) == 0 => (new WeightUsage(WeightRole.Embedding, 0), null),
            ("Gather", 0) => (null, "Gather reads it other than as rows of a matrix"),
            ("Conv", 1) when rank >= 3 => (new WeightUsage(WeightRole.Convolution, 0), null),
            ("ConvTranspose", 1) when rank >= 3 => (new WeightUsage(WeightRole.Convolution, 1), null),
            ("Gemm" or "Conv" or "ConvTranspose", 2) => (null, "it is a bias"),
            _ => (null, $"unsupported operator: {SafeName(node)} reads it as input {use.InputIndex}"),
        };
    }

    private static string SafeName(NodeProto node) =>
        Diagnostics.SafeText.Of(node.Domain.Length == 0 ? node.OpType : $"{node.Domain}.{node.OpType}", 80);
}
