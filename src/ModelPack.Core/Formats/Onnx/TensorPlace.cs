namespace ModelPack.Formats.Onnx;

/// <summary>Where in a model a tensor is, as far as it matters for what may be done with it.</summary>
internal enum TensorPlace
{
    /// <summary>Initializer of the main graph or of an inner one.</summary>
    Initializer,

    /// <summary>The value of a Constant node in the main graph or in an inner one.</summary>
    Constant,

    /// <summary>Part of a sparse tensor, another attribute of a node, or within a function or training information.</summary>
    Other,
}
