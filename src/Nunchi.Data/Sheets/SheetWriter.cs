using System.Net;
using System.Text;

namespace Nunchi.Data.Sheets;

/// <summary>A self-contained HTML page of samples: pictures are data URIs, nothing is fetched.</summary>
public sealed class SheetWriter
{
    private readonly StringBuilder _html = new();

    /// <summary>Begins a page.</summary>
    /// <param name="title">Its title, any text.</param>
    /// <param name="introduction">HTML between title and samples, escaped by its maker.</param>
    public SheetWriter(string title, string introduction = "")
    {
        var escaped = WebUtility.HtmlEncode(title);
        _html.Append("<!doctype html><html lang=\"ko\"><head><meta charset=\"utf-8\"><title>").Append(escaped).Append("</title><style>")
            .Append("body{font:14px/1.45 system-ui,sans-serif;margin:24px;background:#f6f6f4;color:#1d1d1b}h1{font-size:18px}")
            .Append(".grid{display:flex;flex-wrap:wrap;gap:20px}.card{background:#fff;border:1px solid #ddd;border-radius:8px;padding:12px;max-width:640px}.card[hidden]{display:none}")
            .Append("table{border-collapse:collapse;margin:12px 0}td,th{border:1px solid #ddd;padding:3px 8px;text-align:right;background:#fff}td:first-child,th{text-align:left}")
            .Append(".ask{font-weight:600}.right{color:#14743a}.wrong{color:#b3261e}.note{color:#666;font-size:12px}svg{display:block;max-width:100%}p{margin:6px 0;white-space:pre-wrap;overflow-wrap:anywhere}")
            .Append("</style></head><body><h1>").Append(escaped).Append("</h1>").Append(introduction).Append("<div class=\"grid\">");
    }

    /// <summary>Adds a sample.</summary>
    /// <param name="content">HTML, escaped by its maker.</param>
    /// <param name="attributes">Further attributes of its element, escaped by their maker: <c>data-right="1"</c>.</param>
    public void Add(string content, string attributes = "") => _html.Append("<div class=\"card\"").Append(attributes.Length > 0 ? " " : "").Append(attributes).Append('>').Append(content).Append("</div>");

    /// <summary>The whole page.</summary>
    /// <param name="end">HTML after the samples, such as a script.</param>
    public string Finish(string end = "") => _html.Append("</div>").Append(end).Append("</body></html>").ToString();
}
