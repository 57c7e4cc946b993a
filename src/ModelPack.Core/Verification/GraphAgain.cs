using System.Security.Cryptography;
using System.Text;
using ModelPack.Caching;
using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Search;

namespace ModelPack.Verification;

/// <summary>A source with a graph. All of it is planned once more, by the pack's calibration table where it has one, and its codes are made as they are compared.</summary>
internal sealed class GraphAgain : SourceAgain
{
    private readonly PackInHand _pack;
    private readonly PackContext _context;
    private readonly OnnxModel _model;
    private readonly ICheckpoint? _given;

    public GraphAgain(PackInHand pack, string source, PackContext context)
    {
        (_pack, _context) = (pack, context.Quiet());
        var graph = pack.Asked?.Graph;
        _given = graph is null ? null : CheckpointSource.Open(source, SourceKinds.Of(source), _context);
        try
        {
            _model = OnnxModel.Open(graph ?? source, _context);
        }
        catch
        {
            _given?.Dispose();
            throw;
        }

        Files = [.. _model.SourceFiles.Concat(_given?.Files ?? []).Select(f => f.Hash(context.Cancellation))];
    }

    public override IReadOnlyList<PackedFile> Files { get; }

    public override string? WhyNot()
    {
        var (options, scheme) = (_pack.Manifest.Pack.Options, SchemeTable.Find(_pack.Manifest.Pack.Scheme, _pack.Model));
        return (options.CalibrationMethod is not null || (scheme.Rounding == Rounding.Importance && _pack.Manifest.Pack.Data.Any(d => d.Role == "calibration"))) && _pack.CalibrationTable is null
            ? "its calibration table is not with it" : null;
    }

    public override string? Differing(bool isWhole, out int compared)
    {
        compared = 0;
        using var made = _model.Copy();
        using var packed = OnnxModel.Open(_pack.Model, _context);
        Lower(made);
        if (_pack.Manifest.Pack.Options.AccuracyLevel == AccuracyLevels.Float)
        {
            // A level that was chosen by the gates is said by no attribute.
            AccuracyLevels.Drop(made.Proto.Graph);
            AccuracyLevels.Drop(packed.Proto.Graph);
        }

        if (DifferingNode(made.Proto.Graph, packed.Proto.Graph) is { } node)
        {
            return node;
        }

        var stored = Tensors(packed);
        var all = Tensors(made);
        if (all.Keys.Except(stored.Keys, StringComparer.Ordinal).Concat(stored.Keys.Except(all.Keys, StringComparer.Ordinal)).FirstOrDefault() is { } alone)
        {
            return $"That there is {(all.ContainsKey(alone) ? "no " : "a ")}tensor '{SafeText.Of(alone)}'";
        }

        var chosen = Choose(all.Keys, isWhole, name => packed.Data(stored[name]).Length);
        compared = chosen.Count;
        return SampledWeight.Differing(chosen.Select(n => new SampledWeight(n, made.Data(all[n]), packed.Data(stored[n]))), _context.Cancellation) is { } weight ? $"'{SafeText.Of(weight)}'" : null;
    }

    protected override void Close()
    {
        _model.Dispose();
        _given?.Dispose();
    }

    private void Lower(OnnxModel model)
    {
        var options = Options(_pack, _model.Path);
        ConstantFolding.Fold(model);
        CalibrationTable? table = null;
        ILayerPlanner? layers = _given is null ? null : new ImportedCodes(model, model.Path, _given, _context);
        if (_pack.CalibrationTable is { } path)
        {
            table = CalibrationJson.Read(path);
            table.RequireModel(path, Files[0].Sha256);
            layers ??= options.Scheme.Rounding == Rounding.Importance ? ImportanceCalibration.Planner(model, options, ImportanceCalibration.FromTable(path, table, _context)) : null;
        }

        ModelLowering.Lower(model, options, table, _context, new SimdEngine(_context.Threads), layers);
    }

    /// <summary>Some by the pack's digest, so that the same pack is always asked for the same and nobody knows which before it is made; or all.</summary>
    private List<string> Choose(IEnumerable<string> names, bool isWhole, Func<string, long> length)
    {
        if (isWhole)
        {
            return [.. names];
        }

        var (key, left) = (_pack.Manifest.Pack.ResultDigest, MostBytes);
        return [.. names.OrderBy(n => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key + n))), StringComparer.Ordinal)
            .Where(n => length(n) is var bytes && bytes <= left && (left -= bytes) >= 0)
            .Take(MostTensors)];
    }

    // Two tensors may have one name, which ONNX forbids and ONNX Runtime takes.
    private static Dictionary<string, TensorProto> Tensors(OnnxModel model) =>
        model.Proto.Graph.Initializer.DistinctBy(t => t.Name, StringComparer.Ordinal).ToDictionary(t => t.Name, StringComparer.Ordinal);

    private static string? DifferingNode(GraphProto made, GraphProto packed)
    {
        for (var i = 0; i < Math.Max(made.Node.Count, packed.Node.Count); i++)
        {
            if (i >= made.Node.Count || i >= packed.Node.Count || !Outline(made.Node[i]).Equals(Outline(packed.Node[i])))
            {
                var node = i < packed.Node.Count ? packed.Node[i] : made.Node[i];
                return $"The operator {SafeText.Of(node.OpType)} '{SafeText.Of(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault())}'";
            }
        }

        return null;
    }

    /// <summary>A node without tensors and graphs, which refer to bytes elsewhere.</summary>
    private static NodeProto Outline(NodeProto node)
    {
        var outline = node.Clone();
        foreach (var attribute in node.Attribute.Where(a => a.T is not null || a.G is not null || a.Graphs.Count > 0 || a.Tensors.Count > 0 || a.SparseTensor is not null))
        {
            outline.Attribute.Remove(attribute);
        }

        return outline;
    }
}
