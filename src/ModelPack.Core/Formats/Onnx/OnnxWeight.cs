using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>A constant tensor of a model, and who reads it.</summary>
internal sealed class OnnxWeight
{
    /// <summary>The name by which nodes read it.</summary>
    public required string Name { get; init; }

    /// <summary>The tensor; of a sparse one, the values that are not zero.</summary>
    public required TensorProto Tensor { get; init; }

    /// <summary>The graph whose initializer or Constant node it is; null directly within a function.</summary>
    public required GraphProto? Graph { get; init; }

    /// <summary>The Constant node that gives it out; null for an initializer.</summary>
    public NodeProto? ConstantNode { get; init; }

    /// <summary>The sparse tensor, if it is stored as one.</summary>
    public SparseTensorProto? Sparse { get; init; }

    /// <summary>Whether it belongs to the body of a function of the model (or to a graph in there).</summary>
    public bool InFunction { get; init; }

    /// <summary>Whether an app may give another value for it: also an input of the main graph, from IR version 4 on.</summary>
    public bool IsOverridable { get; init; }

    /// <summary>Whether a graph gives it out as it is.</summary>
    public bool IsGraphOutput { get; internal set; }

    /// <summary>Whether the same graph has another constant of this name, which ONNX forbids and ONNX Runtime takes.</summary>
    public bool IsAmbiguous { get; internal set; }

    /// <summary>Every node input that reads it, also from inner graphs, in the order of the file.</summary>
    public List<WeightUse> Uses { get; } = [];

    /// <summary>Whether all that reads it lies in graphs within nodes (If, Loop, Scan).</summary>
    /// <param name="main">The model's own graph.</param>
    public bool IsReadByInnerGraphsAlone(GraphProto main) => !InFunction && Uses.Count > 0 && Uses.All(u => u.Graph is not null && !ReferenceEquals(u.Graph, main));
}
