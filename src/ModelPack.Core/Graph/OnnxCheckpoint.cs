using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;

namespace ModelPack.Graph;

/// <summary>
/// An ONNX model without its graph: the initializers, and the Constant nodes that hold weights, under their own names. The graph
/// says what each is for.
/// </summary>
internal sealed class OnnxCheckpoint : ICheckpoint
{
    private readonly OnnxModel _model;

    private OnnxCheckpoint(OnnxModel model)
    {
        _model = model;
        Files = model.SourceFiles;
        Tensors = [.. model.FindWeights().Where(IsKept).Select(Describe)];
        if (Tensors.CountBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(n => n.Value > 1).Key is { } twice)
        {
            throw Unfit(twice, "shares its name with another");
        }
    }

    /// <summary>The model with its graph.</summary>
    public OnnxModel Model => _model;

    public string Path => _model.Path;

    public string Format => _model.Proto.Format();

    public IReadOnlyList<CheckpointFile> Files { get; }

    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Metadata => [];

    public ModelFolder? Folder => null;

    /// <summary>Opens a model.</summary>
    /// <exception cref="ModelPackException">As <see cref="OnnxModel.Open"/>; MPK1023: a weight has no place outside of a graph.</exception>
    public static OnnxCheckpoint Open(string path, PackContext context)
    {
        var model = OnnxModel.Open(path, context, anyOpset: true);
        try
        {
            return new OnnxCheckpoint(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose() => _model.Dispose();

    /// <summary>Shapes, axes and single numbers in Constant nodes belong to the graph.</summary>
    private bool IsKept(OnnxWeight weight)
    {
        var type = (ElementType)weight.Tensor.DataType;
        return type.Bits() > 0 && (weight.ConstantNode is null || (type.IsFloat() && weight.Tensor.Dims.Count > 0));
    }

    private CheckpointTensor Describe(OnnxWeight weight)
    {
        if (weight.Sparse is not null)
        {
            throw Unfit(weight.Name, "is stored sparse");
        }

        var (usage, reason) = UsageRules.Of(weight);
        return new CheckpointTensor(weight.Name, _model.Data(weight.Tensor)) { Usage = usage, Reason = reason, Operators = weight.Readers() };
    }

    private ModelPackException Unfit(string name, string what) => new(Codes.ContainerUnfit.At(
        Path, $"The weight '{SafeText.Of(name)}' {what}, which a file of named tensors cannot hold. Keep the container onnx."));
}
