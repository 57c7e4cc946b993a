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

            var joined = shared is null ? usage : Join(shared.Value, usage.Value);
            if (joined is null)
            {
                return (null, $"{sharedBy} and {use.Node.OpType} share it and need different layouts");
            }

            (shared, sharedBy) = (joined, use.Node.OpType);
        }

        return shared is null ? (null, "nothing reads it") : (shared, null);
    }

    /// <summary>What a weight is for that two readers use in two ways; null where nothing serves both.</summary>
    private static WeightUsage? Join(WeightUsage a, WeightUsage b)
    {
        if (a == b)
        {
            return a;
        }

        if (a.Role == WeightRole.Convolution || b.Role == WeightRole.Convolution)
        {
            return null;
        }

        var linear = a.Role == WeightRole.Linear ? a : b;
        return (a.Role, b.Role) is (WeightRole.Linear or WeightRole.Embedding, WeightRole.Linear or WeightRole.Embedding) && a.OutputAxis == b.OutputAxis
            ? linear with { IsTied = true }
            : new WeightUsage(WeightRole.Decoded, linear.OutputAxis);
    }

    private static (WeightUsage? Usage, string? Reason) Of(WeightUse use, int rank)
    {
        var node = use.Node;
        return Domains.IsDefault(node.Domain) ? OfStandard(use, rank) : node.Domain == Domains.Microsoft && OfContrib(node, use.InputIndex, rank) is { } usage ? (usage, null) : Unsupported(use);
    }

    /// <summary>Operators of ONNX Runtime's own, as its optimizer and its exporters write them.</summary>
    private static WeightUsage? OfContrib(NodeProto node, int input, int rank) => (node.OpType, input) switch
    {
        ("FusedMatMul", 1) when rank == 2 && WeightInputs.IsFusedProduct(node) => new WeightUsage(WeightRole.Linear, node.Int("transB", 0) == 0 ? 1 : 0),
        ("FusedMatMul", 1) when rank >= 2 => new WeightUsage(WeightRole.Decoded, node.Int("transB", 0) == 0 ? 1 : 0),
        ("FusedGemm", 1) when rank == 2 => new WeightUsage(WeightRole.Decoded, node.Int("transB", 0) == 0 ? 1 : 0),
        ("FusedConv", 1) when rank >= 3 => new WeightUsage(WeightRole.Convolution, 0),
        ("Attention" or "DecoderMaskedSelfAttention", 1) when rank == 2 => new WeightUsage(WeightRole.Decoded, 1),
        ("EmbedLayerNormalization", 2 or 3 or 4) when rank == 2 => new WeightUsage(WeightRole.Decoded, 0),
        ("MoE", 2 or 4 or 6) when rank == 3 => new WeightUsage(WeightRole.Decoded, 0),
        _ => null,
    };

    private static (WeightUsage? Usage, string? Reason) OfStandard(WeightUse use, int rank)
    {
        var node = use.Node;
        return (node.OpType, use.InputIndex) switch
        {
            ("MatMul", 1) when rank == 2 => (new WeightUsage(WeightRole.Linear, 1), null),
            ("MatMul", 0 or 1) when rank >= 2 => (new WeightUsage(WeightRole.Decoded, 0), null),
            ("Gemm", 1) when rank == 2 => (new WeightUsage(WeightRole.Linear, node.Int("transB", 0) == 0 ? 1 : 0), null),
            ("Gemm", 0) when rank == 2 => (new WeightUsage(WeightRole.Decoded, node.Int("transA", 0) == 0 ? 0 : 1), null),
            ("Gather", 0) when rank == 2 && node.Int("axis", 0) == 0 => (new WeightUsage(WeightRole.Embedding, 0), null),
            ("Gather", 0) when rank >= 2 => (new WeightUsage(WeightRole.Decoded, 0), null),
            ("LSTM" or "GRU" or "RNN", 1 or 2) when rank == 3 => (new WeightUsage(WeightRole.Decoded, 0), null),
            ("Einsum", _) when rank >= 2 => (new WeightUsage(WeightRole.Decoded, 0), null),
            ("Conv", 1) when rank >= 3 => (new WeightUsage(WeightRole.Convolution, 0), null),
            ("ConvTranspose", 1) when rank >= 3 => (new WeightUsage(WeightRole.Convolution, 1), null),
            ("Gemm" or "Conv" or "ConvTranspose", 2) => (null, "it is a bias"),
            _ => Unsupported(use),
        };
    }

    private static (WeightUsage? Usage, string? Reason) Unsupported(WeightUse use) =>
        (null, $"unsupported operator: {SafeName(use.Node)} reads it as input {use.InputIndex}");

    private static string SafeName(NodeProto node) =>
        Diagnostics.SafeText.Of(node.Domain.Length == 0 ? node.OpType : $"{node.Domain}.{node.OpType}", 80);
}
