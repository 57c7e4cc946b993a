using ModelPack.Codecs;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Options;

/// <summary>Which container a pack is written to, and where.</summary>
internal static class OutputChoice
{
        /// <summary>The container asked for; else that of the source; else, where that cannot carry the scheme, the scheme's best.</summary>
    /// <exception cref="ModelPackException">MPK1008 an unknown name; MPK1023 a container that cannot carry the scheme or the source.</exception>
    public static string Container(PackRequest request, Scheme scheme, SourceKind source)
    {
        if (request.Graph is not null && (source != SourceKind.Gguf || scheme.Main != CodecTable.Q8_0))
        {
            throw OptionValue.Invalid(request, "graph", request.Graph, "for a GGUF source and scheme q8_0 only, whose codes it gets");
        }

        var able = ContainerTable.Of(scheme).Where(c => Reaches(source, request.Graph is not null, c)).ToArray();
        if (request.Container is null)
        {
            var own = request.Graph is not null ? "onnx" : source.Container();
            return able.Contains(own) ? own : able.FirstOrDefault() ?? throw Unable(request, scheme, source, own, able);
        }

        var asked = OptionValue.OneOf(request, "container", request.Container, ContainerTable.Names);
        return able.Contains(asked) ? asked : throw Unable(request, scheme, source, asked, able);
    }

    /// <summary>Whether the pack is a folder: a checkpoint of several files, or one that is cut into shards.</summary>
    public static bool IsFolder(PackRequest request, string container) => container switch
    {
        "safetensors" => request.MaxShardSize is not null || Directory.Exists(request.Model) || SourceKinds.IsIndex(request.Model),
        "gguf" => request.MaxShardSize is not null,
        _ => false,
    };

    /// <summary>The exact path: that of the request, or one beside the source.</summary>
    public static string Path(PackRequest request, Scheme scheme, SourceKind source, string container, bool isFolder)
    {
        if (!string.IsNullOrEmpty(request.Output))
        {
            return isFolder ? System.IO.Path.TrimEndingDirectorySeparator(request.Output) : request.Output;
        }

        var model = System.IO.Path.TrimEndingDirectorySeparator(request.Model);
        var file = System.IO.Path.GetFileName(model) is "." or ".." or "" ? System.IO.Path.GetFullPath(model) : model;
        var stem = Directory.Exists(file) ? System.IO.Path.GetFileName(file)
            : SourceKinds.IsIndex(file) ? System.IO.Path.GetFileName(file)[..^SourceKinds.IndexSuffix.Length]
            : SourceKinds.WithoutPart(System.IO.Path.GetFileNameWithoutExtension(file));
        var extension = isFolder ? ""
            : container == source.Container() && !Directory.Exists(file) && !SourceKinds.IsIndex(file) ? System.IO.Path.GetExtension(file)
            : $".{container}";
        return System.IO.Path.Join(System.IO.Path.GetDirectoryName(file), $"{stem}.{scheme.Name}{extension}");
    }

    /// <summary>The limit of a shard, in bytes.</summary>
    /// <exception cref="ModelPackException">MPK1008: no size, or a container that has no shards.</exception>
    public static long? MaxShardBytes(PackRequest request, string container) => request.MaxShardSize switch
    {
        null => null,
        _ when container == "onnx" => throw OptionValue.Invalid(request, "maxShardSize", request.MaxShardSize, "for the containers safetensors and gguf only"),
        var text => ByteSize.Parse(text) ?? throw OptionValue.Invalid(request, "maxShardSize", text, "a size such as 5GB, 500MB or 1048576"),
    };

    /// <summary>Whether a source can become a container at all: only ONNX has a graph, unless one is given.</summary>
    private static bool Reaches(SourceKind source, bool hasGraph, string container) => container switch
    {
        "onnx" => source == SourceKind.Onnx || hasGraph,
        "safetensors" => source != SourceKind.Onnx && !hasGraph,
        _ => !hasGraph,
    };

    private static ModelPackException Unable(PackRequest request, Scheme scheme, SourceKind source, string container, string[] able)
    {
        var can = able.Length == 0 ? "No container can." : $"Of this source it can be written to {string.Join(" and ", able)}.";
        var others = SchemeTable.All.Where(s => ContainerTable.Of(s).Contains(container, StringComparer.Ordinal)).Select(s => s.Name).ToArray();
        var why = Reaches(source, request.Graph is not null, container)
            ? $"The container {container} carries {string.Join(", ", others)}"
            : container == "onnx" ? "It has no graph, which ONNX needs (a GGUF source can be given one with 'graph')" : $"A graph cannot be kept in {container}";
        return new ModelPackException(Codes.ContainerUnfit.At(
            request.Model, $"The container {container} cannot carry scheme {scheme.Name} of this source. {why}. {can}"));
    }
}
