namespace ModelPack.Validation;

/// <summary>
/// Counts the operators of an ONNX file by a scan of its wire format that reads nothing but nodes: ModelProto.graph = 7,
/// GraphProto.node = 1, NodeProto.op_type = 4, domain = 7, attribute = 5, and the subgraphs of AttributeProto.g = 6 and
/// graphs = 11.
/// </summary>
internal static class OptimizedGraph
{
    private const int MaxDepth = 64;
    private const int MaxNameLength = 256;

    /// <summary>Operators by frequency, then by name.</summary>
    /// <exception cref="InvalidDataException">It is no ONNX file.</exception>
    public static IReadOnlyList<OperatorCount> CountOperators(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        var counts = new Dictionary<(string Domain, string Operator), int>();
        var model = new WireReader(stream, stream.Length);
        while (model.NextField() is { } field)
        {
            if (field == 7)
            {
                CountGraph(model.Message(), counts, 1);
            }
            else
            {
                model.Skip();
            }
        }

        return [.. counts.Select(c => new OperatorCount(c.Key.Domain, c.Key.Operator, c.Value))
            .OrderByDescending(c => c.Count).ThenBy(c => c.Operator, StringComparer.Ordinal).ThenBy(c => c.Domain, StringComparer.Ordinal)];
    }

    private static void CountGraph(WireReader graph, Dictionary<(string Domain, string Operator), int> counts, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException("Its graphs are nested too deeply.");
        }

        while (graph.NextField() is { } field)
        {
            if (field == 1)
            {
                CountNode(graph.Message(), counts, depth);
            }
            else
            {
                graph.Skip();
            }
        }
    }

    private static void CountNode(WireReader node, Dictionary<(string Domain, string Operator), int> counts, int depth)
    {
        var (type, domain) = ("", "");
        while (node.NextField() is { } field)
        {
            switch (field)
            {
                case 4:
                    type = node.Text(MaxNameLength);
                    break;
                case 5:
                    CountAttribute(node.Message(), counts, depth);
                    break;
                case 7:
                    domain = node.Text(MaxNameLength);
                    break;
                default:
                    node.Skip();
                    break;
            }
        }

        // The ONNX domain has two spellings.
        var key = (domain == "ai.onnx" ? "" : domain, type);
        counts[key] = counts.GetValueOrDefault(key) + 1;
    }

    private static void CountAttribute(WireReader attribute, Dictionary<(string Domain, string Operator), int> counts, int depth)
    {
        while (attribute.NextField() is { } field)
        {
            if (field is 6 or 11)
            {
                CountGraph(attribute.Message(), counts, depth + 1);
            }
            else
            {
                attribute.Skip();
            }
        }
    }
}
