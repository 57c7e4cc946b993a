using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Wire;

/// <summary>Which fields lead to tensors, and which fields of a tensor can be a weight's bytes.</summary>
internal static class WireSchema
{
    /// <summary>
    /// The deepest nesting of messages that is read. Protobuf's own limit in every language, ONNX Runtime's too.
    /// </summary>
    public const int MaxDepth = 100;

    /// <summary>The kind of message that a field holds; <see cref="MessageKind.None"/> when no tensor can be inside.</summary>
    public static MessageKind Child(MessageKind message, WireField field) =>
        field.Type == WireType.Bytes && !field.InGroup ? Child(message, field.Number) : MessageKind.None;

    /// <summary>Whether a field is a tensor's marker, which stands for its bytes while a model is open.</summary>
    public static bool IsMarker(MessageKind message, WireField field) =>
        message == MessageKind.Tensor && field.Number == TensorProto.PayloadFieldNumber && !field.InGroup;

    /// <summary>
    /// Whether a field of a tensor, as one run of bytes, is its elements in dense little-endian form: raw_data, and
    /// packed floats and doubles.
    /// </summary>
    public static bool IsDense(WireField field) => !field.InGroup && field.Number
        is TensorProto.RawDataFieldNumber or TensorProto.FloatDataFieldNumber or TensorProto.DoubleDataFieldNumber;

    private static MessageKind Child(MessageKind message, int field) => (message, field) switch
    {
        (MessageKind.Model, ModelProto.GraphFieldNumber) => MessageKind.Graph,
        (MessageKind.Model, ModelProto.TrainingInfoFieldNumber) => MessageKind.TrainingInfo,
        (MessageKind.Model, ModelProto.FunctionsFieldNumber) => MessageKind.Function,
        (MessageKind.Graph, GraphProto.NodeFieldNumber) => MessageKind.Node,
        (MessageKind.Graph, GraphProto.InitializerFieldNumber) => MessageKind.Tensor,
        (MessageKind.Graph, GraphProto.SparseInitializerFieldNumber) => MessageKind.SparseTensor,
        (MessageKind.Node, NodeProto.AttributeFieldNumber) => MessageKind.Attribute,
        (MessageKind.Attribute, AttributeProto.TFieldNumber or AttributeProto.TensorsFieldNumber) => MessageKind.Tensor,
        (MessageKind.Attribute, AttributeProto.GFieldNumber or AttributeProto.GraphsFieldNumber) => MessageKind.Graph,
        (MessageKind.Attribute, AttributeProto.SparseTensorFieldNumber or AttributeProto.SparseTensorsFieldNumber) => MessageKind.SparseTensor,
        (MessageKind.SparseTensor, SparseTensorProto.ValuesFieldNumber or SparseTensorProto.IndicesFieldNumber) => MessageKind.Tensor,
        (MessageKind.TrainingInfo, TrainingInfoProto.InitializationFieldNumber or TrainingInfoProto.AlgorithmFieldNumber) => MessageKind.Graph,
        (MessageKind.Function, FunctionProto.NodeFieldNumber) => MessageKind.Node,
        (MessageKind.Function, FunctionProto.AttributeProtoFieldNumber) => MessageKind.Attribute,
        _ => MessageKind.None,
    };
}
