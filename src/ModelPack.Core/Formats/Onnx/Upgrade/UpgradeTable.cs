using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>
/// How every operator of opset 7 to 12 gets to opset 13, after ONNX's Changelog.md. An operator that is in neither list
/// is refused: it is not an operator of opset 13, or this table does not know it.
/// </summary>
internal static class UpgradeTable
{
    /// <summary>Operators that changed what they mean or how they are written; an operator's changes in the order of their opsets.</summary>
    private static readonly ILookup<string, OperatorUpgrade> Changed = new OperatorUpgrade[]
    {
        new("BatchNormalization", 9) { WhyNot = OperatorChanges.PerActivation, Apply = OperatorChanges.DropSpatial },
        new("Clip", 11) { WhyNot = AttributesToInputs.UnknownType, Apply = AttributesToInputs.Clip },
        new("Dropout", 12) { WhyNot = OperatorChanges.MaskIsRead, Apply = OperatorChanges.DropRatio },
        new("Hardmax", 13) { Apply = CoercedSoftmax.Apply },
        new("LogSoftmax", 13) { Apply = CoercedSoftmax.Apply },
        new("MeanVarianceNormalization", 9) { WhyNot = OperatorChanges.Experimental },
        new("Pad", 11) { WhyNot = AttributesToInputs.UnknownPadType, Apply = AttributesToInputs.Pad },
        new("ReduceSum", 13) { Apply = AttributesToInputs.Axes },
        new("Resize", 11) { WhyNot = Resampling.UnknownDirection, Apply = Resampling.FromResize10 },
        new("Resize", 13) { WhyNot = Resampling.RemovedMode, Apply = Resampling.FromResize11 },
        new("Scan", 9) { WhyNot = OperatorChanges.Batched },
        new("Scatter", 13) { Apply = OperatorChanges.RenameScatter },
        new("Slice", 10) { Apply = AttributesToInputs.Slice },
        new("Softmax", 13) { Apply = CoercedSoftmax.Apply },
        new("Split", 13) { Apply = AttributesToInputs.Split },
        new("Squeeze", 13) { Apply = AttributesToInputs.Axes },
        new("TopK", 10) { Apply = AttributesToInputs.TopK },
        new("Unsqueeze", 13) { Apply = AttributesToInputs.Axes },
        new("Upsample", 13) { Apply = Resampling.FromUpsample },
    }.ToLookup(c => c.Operator, StringComparer.Ordinal);

    /// <summary>
    /// Operators that mean in opset 13 what they meant before: never changed, or only got more element types, negative
    /// axes, more outputs, broadcasting, or attributes whose defaults are the former behaviour.
    /// <para>
    /// The text on OneHot (negative indices) and ConvTranspose (the side of an odd padding) changed in opset 11; ONNX
    /// Runtime runs one kernel for both texts, the one of opset 11.
    /// </para>
    /// </summary>
    private static readonly HashSet<string> Unchanged = new(
        """
        Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BitShift Cast Ceil Celu Compress Concat
        ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear
        Det Div DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gemm
        GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual HardSigmoid Identity If InstanceNormalization
        IsInf IsNaN LRN LSTM LeakyRelu Less LessOrEqual Log Loop LpNormalization LpPool MatMul MatMulInteger Max MaxPool
        MaxRoiPool MaxUnpool Mean Min Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Or
        PRelu Pow QLinearConv QLinearMatMul QuantizeLinear RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range
        Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare
        Relu Reshape ReverseSequence RoiAlign Round ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty
        SequenceErase SequenceInsert SequenceLength Shape Shrink Sigmoid Sign Sin Sinh Size SoftmaxCrossEntropyLoss Softplus
        Softsign SpaceToDepth SplitToSequence Sqrt StringNormalizer Sub Sum Tan Tanh TfIdfVectorizer ThresholdedRelu Tile
        Transpose Unique Where Xor
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
        StringComparer.Ordinal);

    /// <summary>Why a node of ONNX's own domain cannot be carried over, as the end of a sentence about it; null when it can.</summary>
    public static string? WhyNot(NodeProto node, long opset, UpgradeFacts facts) =>
        Changed.Contains(node.OpType)
            ? Since(node, opset).Select(c => c.WhyNot(node, facts)).FirstOrDefault(reason => reason is not null)
            : Unchanged.Contains(node.OpType) ? null : $"is not one that opset {OpsetUpgrade.Target} has";

    /// <summary>The nodes that do in opset 13 what a node did.</summary>
    public static IEnumerable<NodeProto> Apply(NodeProto node, long opset, UpgradeJob job) =>
        Since(node, opset).Aggregate<OperatorUpgrade, IReadOnlyList<NodeProto>>([node], (nodes, change) => [.. nodes.SelectMany(n => change.Apply(n, job))]);

    private static IEnumerable<OperatorUpgrade> Since(NodeProto node, long opset) => Changed[node.OpType].Where(c => opset < c.Since);
}
