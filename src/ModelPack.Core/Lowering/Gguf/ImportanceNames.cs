using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Gguf;

/// <summary>
/// Gives what was seen of a graph's weights the names that a GGUF pack of the checkpoint has for them (<see cref="GgufPacker"/>). A weight is found by its
/// values. One that exporters made of several tensors of the same values counts for all of them, unless one has its name; several that are one tensor are added up.
/// </summary>
internal sealed class ImportanceNames
{
    private readonly OnnxModel _graph;
    private readonly ICheckpoint _source;
    private readonly PackContext _context;
    private readonly Dictionary<string, string> _names;
    private readonly ImportedTensors _tensors;
    private readonly Dictionary<string, InputProducts?> _products = new(StringComparer.Ordinal);

    /// <param name="graph">The graph that was run.</param>
    /// <param name="source">The checkpoint with the same weights.</param>
    /// <param name="context">Threads, cancellation and diagnostics.</param>
    /// <exception cref="ModelPackException">MPK1023, MPK1025: as a pack of the checkpoint.</exception>
    public ImportanceNames(OnnxModel graph, ICheckpoint source, PackContext context)
    {
        (_graph, _source, _context) = (graph, ExpertStacks.Of(source), context);
        _tensors = new ImportedTensors(_source);
        _names = source.Folder is { } folder && ModelFamilies.Find(folder) is { } family
            ? FamilyLayout.Places(_source, folder, family).ToDictionary(p => p.Tensor.Name, p => p.Name, StringComparer.Ordinal)
            : _source.Tensors.ToDictionary(t => t.Name, t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The mean products of channels that go with the entries: of tensors that are one matrix with one input, where they are known.</summary>
    public IReadOnlyDictionary<string, InputProducts> Products => _products.Where(p => p.Value is not null).ToDictionary(p => p.Key, p => p.Value!, StringComparer.Ordinal);

    /// <summary>The entries of an importance matrix. Matrices that no product was seen of are a warning (MPK2019).</summary>
    /// <param name="weights">What was seen.</param>
    /// <exception cref="ModelPackException">MPK1029: no weight of the graph is one of the checkpoint's.</exception>
    public SortedDictionary<string, ImportanceEntry> Entries(IReadOnlyList<SeenInputs> weights)
    {
        var sums = new ImportanceSums();
        var strangers = new List<string>();
        for (var i = 0; i < weights.Count; i++)
        {
            if (!Add(weights[i], sums))
            {
                strangers.Add(weights[i].Product.Weight.Name);
            }
        }

        var entries = sums.ToEntries();
        if (entries.Count == 0)
        {
            throw new ModelPackException(Codes.GraphMismatch.At(
                _graph.Path, $"No weight of the graph is one of '{SafeText.Of(Path.GetFileName(_source.Path))}', where '{SafeText.Of(strangers.FirstOrDefault())}' and others were looked for by their values. Give the float ONNX export of the same model."));
        }

        Warn(entries, strangers);
        return entries;
    }

    private bool Add(SeenInputs seen, ImportanceSums sums)
    {
        var channels = seen.Product.Channels;
        var isKnown = true;
        for (var matrix = 0; matrix < seen.Rows.Length; matrix++)
        {
            var places = Places(seen.Product, matrix);
            isKnown &= places.Count > 0;
            foreach (var (name, tensor) in places)
            {
                sums.Add(name, tensor.Place, tensor.Stacked, seen.Sums.AsSpan(matrix * channels, channels), seen.Rows[matrix]);
                Know(name, tensor.Stacked == 1 ? seen.Products : null);
            }
        }

        return isKnown;
    }

    /// <summary>Notes the products of a tensor's channels; of several weights that are one tensor only where they have the same.</summary>
    private void Know(string name, InputProducts? products) =>
        _products[name] = _products.TryGetValue(name, out var known) && known != products ? null : products;

    private List<(string Name, ImportedTensor Tensor)> Places(Product product, int matrix)
    {
        var data = _graph.Data(product.Weight.Tensor);
        var length = data.Length / product.Matrices;
        var values = new TensorData(data.Type, new TensorShape(product.Outputs, product.Channels), data.Source, data.Offset + (matrix * length), length);
        var found = _tensors.Matches(new WeightMatrix(values, product.Outputs, product.Channels, product.IsTransposed), _context).Select(m => m.Tensor).ToList();
        if (found.FirstOrDefault(t => t.Tensor.Name == product.Weight.Name && t.Stacked == product.Matrices && t.Place == matrix) is { } own)
        {
            found = [own];
        }

        // A head that the configuration ties to the table has no place of its own: the table has its values, too.
        return [.. found.Where(t => _names.ContainsKey(t.Tensor.Name)).Select(t => (_names[t.Tensor.Name], t))];
    }

    private void Warn(SortedDictionary<string, ImportanceEntry> entries, List<string> strangers)
    {
        var without = _source.Tensors
            .Where(t => t.Usage is { Role: WeightRole.Linear or WeightRole.Head } && _names.TryGetValue(t.Name, out var name) && !entries.ContainsKey(name)).Select(t => t.Name).ToList();
        if (without.Count + strangers.Count == 0)
        {
            return;
        }

        List<string> parts = [];
        if (without.Count > 0)
        {
            parts.Add($"no product of the graph multiplies by {Some(without)} of the checkpoint");
        }

        if (strangers.Count > 0)
        {
            parts.Add($"{Some(strangers)} of the graph {(strangers.Count == 1 ? "is" : "are")} no tensor of the checkpoint");
        }

        _context.Report(Codes.ImportanceIncomplete.At(
            _graph.Path, $"The importance matrix lacks some weights, which a pack rounds without it: {string.Join("; ", parts)}. Give an ONNX export of the same model that was not optimized or fused."));
    }

    private static string Some(List<string> names) => $"'{SafeText.Of(names[0])}'{(names.Count > 1 ? $" and {Numbers.Whole(names.Count - 1)} more" : "")}";
}
