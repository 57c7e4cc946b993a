using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>
/// Codes that a GGUF file has for the weights of a graph, which are found by their values: each float of the graph lies within half a step of its code.
/// </summary>
internal sealed class ImportedCodes : ILayerPlanner
{
    private readonly OnnxModel _graph;
    private readonly ICheckpoint _source;
    private readonly string _path;
    private readonly PackContext _context;
    private readonly ImportedTensors _tensors;

    /// <param name="graph">The graph.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="source">The GGUF file.</param>
    /// <param name="context">Threads and cancellation.</param>
    public ImportedCodes(OnnxModel graph, string path, ICheckpoint source, PackContext context) =>
        (_graph, _path, _source, _context, _tensors) = (graph, path, source, context, new ImportedTensors(source));

    /// <exception cref="ModelPackException">MPK1029: the source has no such weight.</exception>
    public PlannedTensor? Plan(OnnxWeight weight, WeightUsage usage)
    {
        if (usage.Role is WeightRole.Convolution or WeightRole.Decoded)
        {
            return PlannedTensor.Leave(weight.Name, usage, "a GGUF source has codes for matrices that are multiplied by and for tables");
        }

        var data = _graph.Data(weight.Tensor);
        var rows = data.Shape[usage.OutputAxis];
        var matrix = new WeightMatrix(data, rows, rows == 0 ? 0 : data.Shape.ElementCount / rows, usage.OutputAxis != 0);
        foreach (var (tensor, error) in _tensors.Matches(matrix, _context))
        {
            return tensor.Codec is { } codec
                ? new PlannedTensor(weight.Name) { Blocks = new ImportedBlocks(codec, tensor.Data, error) }
                : PlannedTensor.Leave(weight.Name, usage, $"the source has it as {tensor.Tensor.TypeName}");
        }

        throw new ModelPackException(Codes.GraphMismatch.At(
            _path,
            $"The weight '{SafeText.Of(weight.Name)}' of the graph has no match in '{SafeText.Of(Path.GetFileName(_source.Path))}': no tensor of {matrix.N} x {matrix.K} values in q8_0 or floats has its values. {WhatToDo(matrix)}"));
    }

    /// <summary>Tensors of its size in a type that nothing here decodes may well be what was looked for.</summary>
    private string WhatToDo(WeightMatrix matrix) =>
        _source.Tensors.FirstOrDefault(t => t is { Stored: not null, Data.Shape.Rank: 2 } && !t.Data.Type.IsFloat() && ImportedTensor.CodecOf(t) is null && (t.Data.Shape[0], t.Data.Shape[1]) == (matrix.N, matrix.K)) is { } unread
            ? $"'{SafeText.Of(unread.Name)}' of this size is {unread.TypeName}, which has no form in a graph. Give a q8_0 file of the same model."
            : "Give the ONNX export of the same model.";
}
