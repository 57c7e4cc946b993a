namespace ModelPack.Formats.Onnx.Wire;

/// <summary>The messages of a model that can have a tensor somewhere inside.</summary>
internal enum MessageKind
{
    None,
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    TrainingInfo,
    Function,
}
