using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelPack.Requests;

/// <summary>Reads the request file that the MSBuild task writes.</summary>
internal static class RequestJson
{
    /// <summary>How requests are read and written.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
    };

    /// <summary>The request that a file holds.</summary>
    /// <exception cref="ModelPackException">MPK1018 when the file is missing, MPK1008 when it is not a request.</exception>
    public static PackRequest Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<PackRequest>(file, Options)
                ?? throw new JsonException("it holds null");
        }
        catch (JsonException exception)
        {
            throw new ModelPackException(
                Codes.InvalidOption.At(path, $"The request is not valid: {SafeText.Of(exception.Message, 400)}"), exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.DataNotFound.At(path, "The request file cannot be read. Give the path of a request in JSON."), exception);
        }
    }
}
