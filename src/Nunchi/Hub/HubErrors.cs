using System.Net;
using System.Net.Http.Headers;

namespace Nunchi.Hub;

/// <summary>What a hub's refusals mean. The server tells kinds apart by the header <c>X-Error-Code</c>.</summary>
internal static class HubErrors
{
    /// <summary>The exception for an answer that is no success.</summary>
    public static Exception Of(HttpResponseMessage response, HubOptions options, HubRepository repository, string? file)
    {
        string code = Header(response, "X-Error-Code") ?? "", message = HubText.Shown(Header(response, "X-Error-Message") ?? "");
        string server = options.Endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/');
        bool withToken = options.Token is not null;
        switch (code)
        {
            case "RepoNotFound":
                return NoRepository();
            case "RevisionNotFound":
                return new HubException(HubFailure.RevisionNotFound, $"{repository.Name} at {server} has no branch, tag or commit \"{repository.Revision}\".");
            case "EntryNotFound":
                return new HubException(HubFailure.FileNotFound, $"{repository} at {server} has no file \"{file}\".");
            case "GatedRepo":
                return new HubException(HubFailure.Gated, withToken
                    ? $"{repository.Name} is gated, and the token that was sent has no access to it. Accept its conditions at {server}/{repository.Name}, and use a token of that account with read access to gated repositories."
                    : $"{repository.Name} is gated. Accept its conditions at {server}/{repository.Name}, then set HF_TOKEN to a token of that account.");
            case "DisabledRepo":
                return new HubException(HubFailure.Unauthorized, $"{repository.Name} has been disabled at {server}{Said(message)}.");
        }
        switch (response.StatusCode)
        {
            case HttpStatusCode.Unauthorized when withToken && message.Contains("credentials", StringComparison.OrdinalIgnoreCase):
                return new HubException(HubFailure.Unauthorized, $"{server} does not accept the token that was sent (HF_TOKEN or the token file){Said(message)}.");
            case HttpStatusCode.Unauthorized:
                return NoRepository();
            case HttpStatusCode.Forbidden:
                return new HubException(HubFailure.Unauthorized, $"{server} forbids reading {repository.Name}{Said(message)}. {(withToken ? "The token that was sent has no access to it." : "Set HF_TOKEN to a token that has access.")}");
            case HttpStatusCode.NotFound when file is null:
                return NoRepository();
            case HttpStatusCode.NotFound:
                return new HubException(HubFailure.FileNotFound, $"{repository} at {server} has no file \"{file}\".");
            case HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable when After(response.Headers.RetryAfter) is { } after:
                return new TransientException($"{Host(response)} answers {(int)response.StatusCode}", after);
            case HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError:
                return new TransientException($"{Host(response)} answers {(int)response.StatusCode}");
            default:
                return new HubException(HubFailure.BadAnswer, $"{server} answers {(int)response.StatusCode} to a request for {repository}{Said(message)}.");
        }

        HubException NoRepository() => new(HubFailure.RepositoryNotFound, $"{server} has no repository {repository.Name}, or it is private and {(withToken ? "the token that was sent does not open it" : "no token was sent (HF_TOKEN)")}.");
    }

    public static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    private static string Said(string message) => message.Length == 0 ? "" : $" (\"{message}\")";

    private static string Host(HttpResponseMessage response) => response.RequestMessage?.RequestUri?.Authority ?? "the server";

    private static TimeSpan? After(RetryConditionHeaderValue? header)
    {
        TimeSpan? pause = header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        return pause is { } asked && asked < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }
}
