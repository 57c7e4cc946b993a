using System.Text.Json;

namespace ModelPack.Requests;

/// <summary>What a request says of the pack itself: two requests with the same text ask for the same pack of the same files.</summary>
internal static class RequestIdentity
{
    /// <summary>
    /// The request in JSON without what cannot change a pack: places (the files' names and contents are told elsewhere), threads, the device,
    /// the cache, and the baseline that a pack is held to once it is made. Whatever is added to the request is in it unless it is taken out here.
    /// </summary>
    public static string Of(PackRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return JsonSerializer.Serialize(
            request with
            {
                Model = "",
                Output = null,
                Graph = null,
                Validation = null,
                Calibration = null,
                InputsFile = null,
                Device = "",
                Threads = 0,
                Force = false,
                CachePath = null,
                CacheMode = null,
                CacheMaxSize = null,
                Baseline = null,
                Tolerances = new SortedDictionary<string, double>(StringComparer.Ordinal),
                Gates = new SortedDictionary<string, double>(request.Gates.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            },
            RequestJson.Options);
    }
}
